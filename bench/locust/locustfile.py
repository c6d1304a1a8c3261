"""A working day in a company's chats, against the public address; docs/benchmark.md, "With Locust"."""

import bisect
import itertools
import json
import os
import random
import time
import uuid

import gevent
import gevent.lock
import requests
import urllib3
from locust import LoadTestShape, User, constant, events, task
from locust.clients import HttpSession

urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

# Messages a second at full hours from 8:00 on, as shares of the peak.
HOURS = [0.15, 0.5, 1, 0.8, 0.3, 0.45, 0.85, 1, 0.8, 0.5, 0.3, 0.2, 0.1]
# A user of Locust writes so often; how many there are makes the rate. What many write that forget when they last did is
# Poisson's arrivals.
MEAN_SECONDS = 10
# The busiest of 300 people write a thirty-seventh of all, at the peak every other second; the busiest tenth writes 40 %.
FLATNESS = 10
PATIENCE_SECONDS = 60


@events.init_command_line_parser.add_listener
def options(parser):
    parser.add_argument("--day-minutes", type=float, default=12, help="how long the day from 8:00 to 20:00 takes")
    parser.add_argument("--peak", type=float, default=16, help="messages a second at the peak")
    parser.add_argument("--people", type=int, default=300, help="conversations on the web page")
    parser.add_argument("--telegram-share", type=float, default=0, help="0 to 1: updates among the messages")


def client_for(environment):
    client = HttpSession(environment.host, environment.events.request, None)
    # The first certificate is self-signed.
    client.verify = False
    # Or requests would take REQUESTS_CA_BUNDLE for an order to verify.
    client.trust_env = False
    return client


def fire(environment, name, seconds, failure=None):
    environment.events.request.fire(
        request_type="CHAT", name=name, response_time=seconds * 1000, response_length=0, exception=failure, context={}
    )


class Failure(Exception):
    pass


class Conversation:
    """One person's page: its session, its stream of events, and what it has written and not been answered yet."""

    def __init__(self, environment):
        self.environment = environment
        self.client = client_for(environment)
        self.is_open = False
        self.written = []  # [id, when], in order
        self.answered = 0  # how many of them
        self.finals = set()
        self.one_at_a_time = gevent.lock.BoundedSemaphore()

    def write(self, text):
        with self.one_at_a_time:
            if not self.is_open and not self.open():
                return
            message = [str(uuid.uuid4()), time.monotonic()]
            self.written.append(message)
            if not self.post({"id": message[0], "text": text}):
                self.written.remove(message)

    def post(self, body):
        """Again under the same id while it is not known to be taken, as the page does. False when it was refused."""
        for attempt in itertools.count(1):
            with self.client.post("/api/messages", json=body, catch_response=True) as answer:
                if answer.status_code == 202:
                    return True
                refused = 400 <= answer.status_code < 500
                answer.failure(f"{answer.status_code}")
            if refused or attempt == 10:
                return False
            gevent.sleep(1)

    def open(self):
        self.is_open = self.client.get("/").status_code == 200
        if self.is_open:
            gevent.spawn(self.read)
        return self.is_open

    def read(self):
        seen = ""
        while True:
            try:
                stream = requests.get(
                    f"{self.environment.host}/api/events",
                    headers={"Last-Event-ID": seen},
                    cookies=self.client.cookies,
                    stream=True,
                    verify=False,
                    timeout=40,
                )
                stream.raise_for_status()
                # As it comes, not in pieces of a size.
                for line in stream.iter_lines(chunk_size=None, decode_unicode=True):
                    if line.startswith("id:"):
                        seen = line[3:].strip()
                    elif line.startswith("data: "):
                        self.take(json.loads(line[6:]))
            except requests.RequestException as error:
                fire(self.environment, "stream of events broke", 0, error)
            gevent.sleep(1)

    def take(self, event):
        if event["type"] != "reply" or event["state"] not in ("final", "failed") or event["replyId"] in self.finals:
            return
        self.finals.add(event["replyId"])
        last = next((n for n, (id, _) in enumerate(self.written) if id == event["inReplyTo"]), None)
        if last is None or last < self.answered:
            fire(self.environment, "answered twice", 0, Failure("a second reply to a message"))
            return
        # One reply answers all that waited.
        for _, when in self.written[self.answered : last + 1]:
            failure = Failure("the apology") if event["state"] == "failed" else None
            fire(self.environment, "from question to whole answer", time.monotonic() - when, failure)
        self.answered = last + 1


people = []
weights = []
telegram = []


@events.test_start.add_listener
def gather(environment, **_):
    people[:] = [Conversation(environment) for _ in range(environment.parsed_options.people)]
    telegram[:] = [client_for(environment)]
    weights[:] = itertools.accumulate(1 / (rank + FLATNESS) for rank in range(1, len(people) + 1))


@events.test_stop.add_listener
def wait_for_answers(environment, **_):
    waiting = lambda: [when for one in people for _, when in one.written[one.answered :]]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while waiting() and time.monotonic() < deadline:
        gevent.sleep(0.1)
    for when in waiting():
        fire(environment, "never answered", time.monotonic() - when, Failure("lost"))
    written = sum(len(one.written) for one in people)
    print(f"{written} messages taken on the page, {sum(one.answered for one in people)} of them answered")


class Person(User):
    """Writes as one of the people, by Zipf's law. What it sends goes on when the shape ends it."""

    wait_time = constant(0)

    def on_start(self):
        # Of those who come with the morning, not all write at once.
        self.wait_as_poisson()

    def wait_as_poisson(self):
        gevent.sleep(random.expovariate(1 / MEAN_SECONDS))

    @task
    def write(self):
        if random.random() < self.environment.parsed_options.telegram_share:
            gevent.spawn(write_on_telegram, self.environment)
        else:
            one = people[bisect.bisect(weights, random.random() * weights[-1])]
            gevent.spawn(one.write, f"What became of order {random.randrange(100_000)}?")
        self.wait_as_poisson()


def write_on_telegram(environment):
    """Only the 200 shows here: the answer goes to whatever TELEGRAM_API_ROOT says."""
    number = random.randrange(1, 1 << 31)
    chat = 1_000_000 + random.randrange(300)
    message = {
        "message_id": number,
        "from": {"id": chat, "is_bot": False, "first_name": "L"},
        "chat": {"id": chat, "type": "private", "first_name": "L"},
        "date": int(time.time()),
        "text": f"What became of order {number}?",
    }
    secret = os.environ.get("TELEGRAM_WEBHOOK_SECRET", "")
    telegram[0].post(
        "/webhooks/telegram",
        json={"update_id": number, "message": message},
        headers={"X-Telegram-Bot-Api-Secret-Token": secret},
    )


class WorkingDay(LoadTestShape):
    def tick(self):
        options = self.runner.environment.parsed_options
        hour = self.get_run_time() / (options.day_minutes * 60) * (len(HOURS) - 1)
        if hour >= len(HOURS) - 1:
            return None
        before = int(hour)
        share = HOURS[before] + (HOURS[before + 1] - HOURS[before]) * (hour - before)
        users = max(1, round(share * options.peak * MEAN_SECONDS))
        # Beyond a hundred a second Locust warns.
        return users, min(users, 100)

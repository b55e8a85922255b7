"""The corpora: packages with labelled user agents, in pinned versions.

The labels are those of the packages. A corpus that is held out was not looked at while the rules were written.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bench.visitor_study import readers
from bench.visitor_study.labelled_agents import LabelledAgent, merged, without_doubtful_people
from bench.visitor_study.packages import Package, fetch


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus: its package and its reader. `has_traffic` if the weights are shares of real traffic."""

    name: str
    read: Callable[[Package], readers.Agents]
    package: Package
    is_held_out: bool = False
    has_traffic: bool = False
    doubt: str = ""
    """Why its labels of bots are doubtful; a corpus with a doubt has no target."""

    def agents(self) -> list[LabelledAgent]:
        """Return the agents, each once. Download the package at the first call.

        Lists that are no traffic also label as people what no person sends, such as `Safari/9537 CFNetwork/673`.
        """
        if self.package.source != "installed":
            fetch(self.package)
        agents = merged(self.read(self.package))
        return agents if self.has_traffic else without_doubtful_people(agents)


_WOOTHEE = (
    *("appliance", "crawler", "crawler_google", "crawler_nonmajor", "mobilephone_au", "mobilephone_docomo"),
    *("mobilephone_misc", "mobilephone_softbank", "mobilephone_willcom", "pc_lowpriority", "pc_misc", "pc_windows"),
    *("smartphone_android", "smartphone_ios", "smartphone_misc"),
)
_MATOMO = Package("device_detector", (), source="installed")

CORPORA = (
    Corpus(
        "crawler-user-agents", readers.crawlers, Package("crawler-user-agents@1.60.0", ("crawler-user-agents.json",))
    ),
    Corpus("device_detector, bots", readers.matomo_bots, _MATOMO),
    Corpus("device_detector, HTTP libraries", readers.matomo_libraries, _MATOMO),
    Corpus("device_detector, browsers", readers.matomo_people, _MATOMO),
    Corpus("random-useragent", readers.switcher, Package("random-useragent@0.5.0", ("useragent-data.json",))),
    Corpus(
        "woothee",
        readers.test_sets,
        Package("woothee@1.11.1", tuple(f"woothee/testsets/{name}.yaml" for name in _WOOTHEE)),
    ),
    Corpus(
        "user-agents",
        readers.weighted_people,
        Package("user-agents@2.1.198", ("dist/user-agents.json",)),
        has_traffic=True,
    ),
    Corpus(
        "top-user-agents",
        readers.people_list,
        Package("top-user-agents@2.1.138", ("src/index.json",)),
        has_traffic=True,
    ),
    Corpus(
        "top-crawler-agents",
        readers.crawler_list,
        Package("top-crawler-agents@1.0.35", ("index.json",)),
        is_held_out=True,
    ),
    Corpus(
        "bot-detector",
        readers.crawler_list,
        Package("bot-detector@1.0.10", ("botlist.json",)),
        doubt="7 % of its bots are browsers, such as Internet Explorer 5",
    ),
    Corpus(
        "useragentsdata",
        readers.popular_people,
        Package("useragentsdata@1.0.42", ("useragents.json",)),
        is_held_out=True,
        has_traffic=True,
    ),
    Corpus(
        "fake-useragent",
        readers.faked_people,
        Package("fake-useragent==2.2.0", ("fake_useragent/data/browsers.jsonl",), source="wheel"),
        is_held_out=True,
        has_traffic=True,
    ),
    Corpus(
        "random-user-agent",
        readers.agents_of_a_year,
        Package("random-user-agent==1.0.1", ("random_user_agent/data/user_agents.zip",), source="wheel"),
        is_held_out=True,
        doubt="its bots include the app of Yahoo Japan and phones called Butterfly",
    ),
    Corpus(
        "ua-parser-js",
        readers.tested_devices,
        Package("ua-parser-js@1.0.2", ("test/device-test.json", "test/os-test.json")),
        is_held_out=True,
    ),
)

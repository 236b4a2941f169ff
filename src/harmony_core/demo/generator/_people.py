"""48 people, who employs them from when on, and what an hour of each costs fully loaded."""

from datetime import date
from decimal import Decimal

from harmony_core.demo.generator._dice import Dice
from harmony_core.demo.generator._rows import CostRate, Employment, Person

NAMES = {
    "GB": "Alice Thornbury|Ben Okafor|Catrin Howells|Dev Malhotra|Edmund Pryce|Fiona Gallacher|"
    "George Ashdown|Harriet Lonsdale|Imran Sadiq|Jack Penhaligon|Keira Whitlock",
    "DE": "Lena Brandhorst|Moritz Eichinger|Nadja Wiesental|Oskar Fehrenbach|Paula Kesselring|"
    "Quirin Haslinger|Rieke Tönnsen",
    "IN": "Sanjay Kulkarni|Tara Venkatesh|Uday Bhosale|Vidya Ramaswamy|Wasim Qureshi|Yamini Nair|"
    "Zubin Daruwala|Aarti Deshmukh|Bhavesh Trivedi|Chitra Iyengar|Dinesh Pillai|Esha Chatterjee|"
    "Farhan Mirza|Gauri Joshi|Hemant Saxena",
    "US": "Irene Kowalczyk|Jamal Whitfield|Kate Delgado|Luis Arroyo|Megan Stroud",
}
OVERHEAD = (
    ("Nora Fairbairn", "GB"),
    ("Owen Tregear", "GB"),
    ("Priya Anand", "GB"),
    ("Quentin Marsh", "GB"),
    ("Ruth Sandford", "GB"),
    ("Sabine Löwenthal", "DE"),
    ("Till Uhlmann", "DE"),
    ("Ursula Vance", "US"),
    ("Victor Hale", "US"),
    ("Wahida Begum", "IN"),
)
MOVER, MOVED_ON = "P05", date(2025, 7, 1)
CONTRACTORS = ("P10", "P18", "P33", "P38")
PART_TIMERS = ("P07", "P14", "P30")
JOINED = {"P08": date(2024, 9, 2), "P27": date(2024, 7, 15)}
BY_GROUP_RATE = ("P09", "P17", "P31", "P32")
BY_DEFAULT_RATE = "P39"  # overhead, but works for customers now and then
US_SPECIALIST = "P34"
FIRST_RATES, SECOND_RATES = date(2023, 4, 1), date(2025, 4, 1)
CURRENCY = {"GB": "GBP", "DE": "EUR", "IN": "INR", "US": "USD"}
# Lowest and highest loaded cost of an hour, and the step between two rates.
LEVELS = {
    "GB": (34, 52, "0.25"),
    "DE": (38, 57, "0.25"),
    "IN": (980, 1820, "10"),
    "US": (46, 68, "0.25"),
}


class Staff:
    """Everybody, with the look-ups that the makers of time and expenses need."""

    def __init__(self, seed: int) -> None:
        self.people: list[Person] = []
        self.employments: list[Employment] = []
        self.cost_rates: list[CostRate] = []
        self.home: dict[str, str] = {}
        dice = Dice(seed, "people")
        delivery = [(name, entity) for entity, names in NAMES.items() for name in names.split("|")]
        for number, (name, entity) in enumerate([*delivery, *OVERHEAD], start=1):
            key, delivers = f"P{number:02}", number <= len(delivery)
            self.people.append(Person(key, name, int(key in CONTRACTORS), int(delivers)))
            self.home[key] = entity
            hired = JOINED.get(key, date(dice.whole(2015, 2022), dice.whole(1, 12), 1))
            team = f"{entity}:{'delivery' if delivers else 'overhead'}"
            self.employments.append(Employment(key, hired, entity, team))
            if key == MOVER:
                self.employments.append(Employment(key, MOVED_ON, "DE", "DE:delivery"))
            if delivers and key not in BY_GROUP_RATE:
                self._rate(dice, key, entity, max(hired, FIRST_RATES))
        for entity, (low, high, _) in LEVELS.items():
            middle = Decimal(low + high) / 2
            for since, factor in ((FIRST_RATES, "1"), (SECOND_RATES, "1.04")):
                hourly = (middle * Decimal(factor)).quantize(Decimal("0.01"))
                team = f"{entity}:delivery"
                self.cost_rates.append(CostRate("group", team, since, CURRENCY[entity], hourly))
        self.cost_rates.append(CostRate("default", "*", FIRST_RATES, "GBP", Decimal("61.50")))

    def _rate(self, dice: Dice, key: str, entity: str, since: date) -> None:
        low, high, step = LEVELS[entity]
        first = low + Decimal(step) * dice.whole(0, int((high - low) / Decimal(step)))
        if key in CONTRACTORS:
            first = Decimal(high) * Decimal("1.35")
        if key == US_SPECIALIST:
            first = Decimal("84.00")
        rise = Decimal(100 + dice.whole(2, 6)) / 100
        second = (first * rise / Decimal(step)).quantize(Decimal(1)) * Decimal(step)
        for day, hourly in ((since, first), (SECOND_RATES, second)):
            amount = hourly.quantize(Decimal("0.01"))
            self.cost_rates.append(CostRate("person", key, day, CURRENCY[entity], amount))
        if key == MOVER:
            self.cost_rates.append(CostRate("person", key, MOVED_ON, "EUR", Decimal("58.50")))

    def employer(self, person: str, day: date) -> str:
        return "DE" if person == MOVER and day >= MOVED_ON else self.home[person]

    def currency(self, person: str, day: date) -> str:
        return CURRENCY[self.employer(person, day)]

    def at_work(self, entity: str, day: date) -> list[str]:
        """The delivery people whom ``entity`` employs on ``day``."""
        return [
            person.id
            for person in self.people
            if person.delivery
            and self.employer(person.id, day) == entity
            and day >= JOINED.get(person.id, day)
        ]

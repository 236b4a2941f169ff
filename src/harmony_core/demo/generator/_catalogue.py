"""What Northbridge sells, as tables: one row a product, prices in pounds.

``billing`` is timing, months between bills (0 = once) and lead days.
"""

from typing import NamedTuple

Bands = tuple[tuple[str | None, str, str | None], ...]


class Item(NamedTuple):
    """One product: ``price`` is a list price or a table of bands (up to, unit price, flat fee)."""

    id: str
    en: str
    de: str
    unit: str
    scheme: str
    price: str | Bands
    billing: tuple[str, int, int] = ("advance", 1, 0)


class Fund(NamedTuple):
    unit: str
    valid_months: int
    per_hour: str | None  # units that one hour draws; None: the money that an hour costs
    hour: str  # pounds for an hour of overage
    order: str


TIME = (
    ("Remote engineer", "Technikerstunde remote", "78"),
    ("On-site engineer", "Technikerstunde vor Ort", "92"),
    ("Senior engineer", "Stunde Seniortechnik", "110"),
    ("Cloud architect", "Stunde Cloud-Architektur", "138"),
    ("Project manager", "Stunde Projektleitung", "122"),
    ("Security consultant", "Stunde Sicherheitsberatung", "150"),
    ("Network engineer", "Stunde Netzwerktechnik", "104"),
    ("Database specialist", "Stunde Datenbanktechnik", "132"),
    ("Trainer", "Schulungsstunde", "86"),
    ("Night shift engineer", "Technikerstunde Nachtdienst", "126"),
)
HARDWARE = (
    Item("HW-01", "Laptop Fjord 14", "Notebook Fjord 14", "piece", "per_unit", "899"),
    Item("HW-02", "Workstation Granite T5", "Arbeitsstation Granit T5", "piece",
         "per_unit", "1290"),
    Item("HW-03", "Rack server Basalt R2", "Rackserver Basalt R2", "piece", "per_unit", "4200"),
    Item("HW-04", "Switch Pebble 48", "Switch Kiesel 48", "piece", "per_unit", "780"),
    Item("HW-05", "Firewall Gatekeeper 100", "Firewall Torwächter 100", "piece",
         "per_unit", "1150"),
    Item("HW-06", "Access point Echo 6", "Funkzugang Echo 6", "piece", "per_unit", "185"),
    Item("HW-07", "Docking station", "Dockingstation", "piece", "per_unit", "165"),
    Item("HW-08", "UPS 1500 VA", "USV 1500 VA", "piece", "per_unit", "540"),
    Item("HW-09", "Headset Skylark", "Headset Feldlerche", "piece", "look_up",
         (("9", "79", None), ("49", "71.50", None), (None, "64", None))),
)  # fmt: skip
RECURRING = (
    Item("RC-01", "Service desk", "Servicedesk", "user", "per_unit", "9.50"),
    Item("RC-02", "Service desk, graduated", "Servicedesk gestaffelt", "user", "fill_up",
         (("20", "12.50", None), ("80", "9.80", None), (None, "7.40", None))),
    Item("RC-03", "Managed workplace", "Betreuter Arbeitsplatz", "user", "look_up",
         (("10", "24", None), ("50", "20", None), (None, "16", None))),
    Item("RC-04", "Server care", "Serverpflege", "server", "per_unit", "64", ("arrears", 1, 0)),
    Item("RC-05", "Network care", "Netzwerkpflege", "site", "flat", "290", ("advance", 1, 7)),
    Item("RC-06", "Security watch", "Sicherheitswache", "service", "flat", "690",
         ("advance", 3, 14)),
    Item("RC-07", "Vulnerability scan", "Schwachstellenprüfung", "service", "flat", "1200",
         ("advance", 12, 30)),
    Item("RC-08", "Backup service", "Datensicherung", "service", "flat", "95"),
    Item("RC-09", "Virtual IT director", "IT-Leitung auf Zeit", "service", "flat", "640"),
    Item("RC-10", "Data centre rack", "Rechenzentrumsschrank", "rack", "per_unit", "380",
         ("advance", 3, 14)),
    Item("RC-11", "Internet line", "Internetanschluss", "line", "flat", "140"),
    Item("RC-12", "Telephone extension", "Telefonnebenstelle", "extension", "per_unit", "6.40"),
    Item("RC-13", "Hardware maintenance", "Hardwarewartung", "piece", "per_unit", "118",
         ("advance", 12, 30)),
    Item("RC-14", "Disaster recovery", "Notfallwiederherstellung", "service", "flat", "2400",
         ("advance", 6, 30)),
    Item("RC-15", "Patch service", "Patchdienst", "server", "fill_up",
         (("5", "19", "25"), ("20", "15", "40"), (None, "11.50", None)), ("arrears", 1, 0)),
    Item("RC-16", "Awareness training", "Sicherheitsschulung", "user", "per_unit", "21.60",
         ("advance", 12, 0)),
    Item("RC-17", "Domain and certificate", "Domain und Zertifikat", "domain", "per_unit", "34",
         ("advance", 12, 14)),
    Item("RC-18", "Compliance report", "Compliance-Bericht", "report", "flat", "320",
         ("arrears", 3, 0)),
)  # fmt: skip
PREPAYMENT = (
    (Item("PP-01", "Support hours, quarterly", "Supportstunden, vierteljährlich", "hour",
          "per_unit", "84", ("advance", 3, 0)), Fund("hours", 3, "1", "98", "expiry")),
    (Item("PP-02", "Support hours, monthly", "Supportstunden, monatlich", "hour",
          "per_unit", "86", ("advance", 1, 0)), Fund("hours", 2, "1", "104", "expiry")),
    (Item("PP-03", "Support hours, yearly", "Supportstunden, jährlich", "hour", "fill_up",
          (("20", "82", None), ("60", "76", None), (None, "69", None)), ("advance", 12, 7)),
     Fund("hours", 12, "1", "94", "start")),
    (Item("PP-04", "Service tokens", "Servicemarken", "token", "per_unit", "21.50",
          ("advance", 6, 0)), Fund("tokens", 9, "4", "108", "expiry")),
    (Item("PP-05", "Cash fund", "Guthabenkonto", "credit", "per_unit", "1",
          ("advance", 3, 0)), Fund("cash", 6, None, "96", "expiry")),
    (Item("PP-06", "Hours bundle, once", "Stundenpaket, einmalig", "hour", "look_up",
          (("10", "92", None), ("40", "85", None), (None, "77", None)), ("advance", 0, 0)),
     Fund("hours", 12, "1", "99", "start")),
)  # fmt: skip
# What a device or usage product counts: asset types and policy and minimum, or a meter.
MEASURED: tuple[tuple[Item, tuple[str, ...], str], ...] = (
    (Item("CN-01", "Managed computer", "Betreuter Rechner", "device", "look_up",
          (("10", "12", None), ("50", "10", None), (None, "8", None)), ("arrears", 1, 0)),
     ("computer",), "peak"),
    (Item("CN-02", "Managed server", "Betreuter Server", "server", "fill_up",
          (("5", "74", None), ("20", "61", None), (None, "52", None)), ("arrears", 1, 0)),
     ("server",), "last_day"),
    (Item("CN-03", "Managed network device", "Betreutes Netzwerkgerät", "device", "per_unit",
          "11.50", ("arrears", 1, 0)), ("network",), "any_active"),
    (Item("CN-04", "Managed workplace device", "Betreutes Arbeitsplatzgerät", "device", "per_unit",
          "8.60", ("arrears", 1, 0)), ("laptop", "workstation"), "daily"),
    (Item("CN-05", "Whole fleet", "Gesamter Gerätebestand", "device", "look_up",
          (("25", "9", "60"), ("100", "7.50", "110"), (None, "6.20", "220")), ("arrears", 1, 0)),
     ("device",), "last_day"),
    (Item("CN-06", "Firewall watch", "Firewallwache", "device", "per_unit", "38",
          ("advance", 1, 0)), ("firewall",), "first_day"),
    (Item("CN-07", "Data transfer", "Datenübertragung", "GB", "fill_up",
          (("500", "0.085", None), ("2000", "0.062", None), (None, "0.041", None)),
          ("arrears", 1, 0)), ("egr",), "usage"),
    (Item("CN-08", "Mail filter", "E-Mail-Filter", "message", "per_unit", "0.0021",
          ("arrears", 1, 0)), ("mail",), "usage"),
    (Item("CN-09", "Voice minutes", "Gesprächsminuten", "minute", "look_up",
          (("5000", "0.019", None), ("15000", "0.014", None), (None, "0.0115", None)),
          ("arrears", 1, 0)), ("voice",), "usage"),
    (Item("CN-10", "Log analysis", "Protokollauswertung", "GB", "fill_up",
          (("250", "0.42", "45"), ("1000", "0.35", "30"), (None, "0.28", None)),
          ("arrears", 1, 0)), ("log",), "usage"),
    (Item("CL-19", "Virtual machine hours", "Stunden virtueller Maschinen", "hour", "per_unit",
          "0.064", ("arrears", 1, 0)), ("vmh",), "usage"),
    (Item("CL-20", "Interface calls", "Schnittstellenaufrufe", "call", "per_unit", "0.00045",
          ("arrears", 1, 0)), ("api",), "usage"),
    (Item("CL-21", "Content delivery", "Inhaltsverteilung", "GB", "look_up",
          (("800", "0.078", None), ("3000", "0.055", None), (None, "0.036", None)),
          ("arrears", 1, 0)), ("egr",), "usage"),
    (Item("CL-22", "Log archive, flat", "Protokollarchiv pauschal", "GB", "flat", "240",
          ("arrears", 1, 0)), ("log",), "usage"),
)  # fmt: skip
MINIMUM_DEVICES = {"CN-06": "2"}
YEARLY, QUARTERLY = ("advance", 12, 0), ("advance", 3, 0)
CLOUD = (
    Item("CL-01", "Nimbus Mail", "Nimbus Mail", "seat", "per_unit", "3.80"),
    Item("CL-02", "Nimbus Office Standard", "Nimbus Office Standard", "seat", "per_unit", "9.90"),
    Item("CL-03", "Nimbus Office Premium", "Nimbus Office Premium", "seat", "per_unit", "17.60"),
    Item("CL-04", "Nimbus Office Premium, yearly", "Nimbus Office Premium, jährlich", "seat",
         "per_unit", "198", YEARLY),
    Item("CL-05", "Nimbus Voice", "Nimbus Telefonie", "seat", "per_unit", "6.50"),
    Item("CL-06", "Cirrus Drive 1 TB", "Cirrus Speicher 1 TB", "seat", "per_unit", "7.20"),
    Item("CL-07", "Cirrus Archive", "Cirrus Archiv", "seat", "per_unit", "2.60"),
    Item("CL-08", "Stratus Customer Relations", "Stratus Kundenpflege", "seat", "per_unit", "42"),
    Item("CL-09", "Stratus Resource Planning", "Stratus Warenwirtschaft", "seat", "per_unit",
         "231", QUARTERLY),
    Item("CL-10", "Stratus Insight", "Stratus Auswertung", "seat", "fill_up",
         (("10", "11.50", None), ("50", "9.75", None), (None, "8.25", None))),
    Item("CL-11", "Altocloud Virtual Desktop", "Altocloud Virtueller Desktop", "seat", "per_unit",
         "29"),
    Item("CL-12", "Altocloud Device Manager", "Altocloud Geräteverwaltung", "device", "look_up",
         (("25", "5.20", None), ("100", "4.60", None), (None, "3.90", None))),
    Item("CL-13", "Mistral Endpoint Guard", "Mistral Endgeräteschutz", "device", "per_unit",
         "3.40"),
    Item("CL-14", "Mistral Mail Shield", "Mistral Mailschutz", "seat", "per_unit", "1.90"),
    Item("CL-15", "Passat Password Vault", "Passat Kennworttresor", "seat", "per_unit", "2.80"),
    Item("CL-16", "Foehn Remote Assist", "Föhn Fernhilfe", "seat", "per_unit", "74.40", YEARLY),
    Item("CL-17", "Zephyr Signature", "Zephyr Signatur", "seat", "per_unit", "8.40"),
    Item("CL-18", "Zephyr Projects", "Zephyr Projekte", "seat", "per_unit", "12.50"),
)  # fmt: skip
# Every share is a multiple of ten per cent, so that each component's price is whole in cents.
BUNDLES = (
    ("BD-01", "Workplace Basic", "Arbeitsplatz Basis", "22",
     (("RC-01", "1", "40"), ("CL-02", "1", "50"), ("CL-15", "1", "10"))),
    ("BD-02", "Workplace Plus", "Arbeitsplatz Plus", "34",
     (("RC-01", "1", "30"), ("CL-03", "1", "50"), ("CL-13", "1", "10"), ("CL-07", "1", "10"))),
    ("BD-03", "Workplace Secure", "Arbeitsplatz Sicher", "41",
     (("RC-01", "1", "20"), ("CL-03", "1", "50"), ("CL-13", "2", "20"), ("CL-14", "1", "10"))),
    ("BD-04", "Front Desk", "Empfang", "18",
     (("RC-12", "1", "40"), ("CL-01", "1", "20"), ("CL-05", "1", "40"))),
    ("BD-05", "Field Worker", "Außendienst", "26",
     (("RC-01", "1", "30"), ("CL-06", "1", "30"), ("CL-17", "1", "40"))),
    ("BD-06", "Virtual Office", "Virtuelles Büro", "52",
     (("CL-11", "1", "60"), ("CL-02", "1", "20"), ("RC-12", "1", "20"))),
    ("BD-07", "Sales Team", "Vertriebsteam", "58",
     (("CL-08", "1", "70"), ("CL-02", "1", "20"), ("CL-15", "1", "10"))),
    ("BD-08", "Project Team", "Projektteam", "32",
     (("CL-18", "1", "40"), ("CL-06", "1", "20"), ("CL-02", "1", "40"))),
)  # fmt: skip

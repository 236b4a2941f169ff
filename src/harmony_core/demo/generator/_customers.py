"""60 customers and eight suppliers, all invented."""

from harmony_core.demo.generator._rows import Customer, Supplier

NAMES = {
    "GB": "Ashby Instruments Ltd|Bellweather Foods plc|Harrow & Finch LLP|"
    "Copperfield Logistics Ltd|Dunmore Castle Hotels Ltd|Eastgate Dental Group|"
    "Fenwick Marine Engineering Ltd|"
    "Gorse Hill Academy Trust|Hollins & Vane Solicitors|Inverlochy Distillers Ltd|"
    "Juniper Lane Publishing|Kestrel Aerospace Components Ltd|Larkfield Veterinary Group|"
    "Marlow Bridge Brewery Ltd|Nettlecombe Estates|Orchard Row Housing Association|"
    "Pendle Textiles Ltd|Quayside Architects LLP|Rookhope Quarries Ltd|"
    "Saltmarsh Conservation Trust|Tamar Valley Creamery|Umber & Rose Interiors|"
    "Gulf Meridian Shipping (London) Ltd|"
    "Harrow and Finch Limited Liability Partnership",
    "DE": "Auerbach Werkzeugbau GmbH|Bergmann & Söhne Feinkost KG|Castrop Stadtwerke Service GmbH|"
    "Dornfelder Weinhandel GmbH|Eisvogel Outdoor GmbH|Falkenried Klinikverbund gGmbH|"
    "Grünspan Druckerei GmbH|Hansekontor Spedition GmbH|Isartal Medizintechnik AG|"
    "Jägerhof Hotelbetriebe GmbH|Kupferdreh Elektronik GmbH|Leinetal Molkerei eG|"
    "Hoshino Optik Deutschland GmbH|Auerbach Werkzeugbau Sachsen GmbH",
    "US": "Alder Creek Timber Co.|Bluestem Health Partners LLC|Cape Fear Seafoods Inc.|"
    "Dogwood Credit Union|Elk Ridge Outfitters Inc.|Fairhaven School District|"
    "Granite Falls Robotics Inc.|Hickory & Main Hardware|Ironwood Legal Group LLP|"
    "Juniata Valley Farms Inc.|Kodiak Air Charter LLC|Lakeshore Pediatrics PC|"
    "Mesa Verde Solar Inc.|Nantucket Sail Works|Ozark Freight Lines Inc.|"
    "Bluestem Home Care LLC",
    "IN": "Ashoka Precision Gears Pvt Ltd|Brahmaputra Tea Exports Pvt Ltd|Coromandel Spices Ltd|"
    "Deccan Urban Hospitals Ltd|Ellora Jewellers Pvt Ltd|Falgun Textiles Pvt Ltd",
}
CURRENCY = {"GB": "GBP", "DE": "EUR", "US": "USD", "IN": "INR"}
MASTER, DUPLICATE = "CU03", "CU24"
IN_DINAR, IN_YEN = "CU23", "CU37"
PARENTS = {"CU38": "CU25", "CU54": "CU40"}
PRICE_GROUPS = {"CU08": "schools", "CU16": "charities", "CU20": "charities", "CU44": "schools"}
SPEAKS_GERMAN = "CU45"  # an American firm with a German owner
# Small contracts and much work: these are meant to lose money.
DIFFICULT = ("CU09", "CU17", "CU22", "CU31", "CU36", "CU46", "CU52", "CU58")
SPLIT_VIEW = "CU20"  # earns in the British view, loses in the group's
SUPPLIERS = (
    Supplier("S01", "Cumulus Licensing Ireland Ltd", "IE", "EUR"),
    Supplier("S02", "Brightline Distribution Ltd", "GB", "GBP"),
    Supplier("S03", "Rheinufer IT-Großhandel GmbH", "DE", "EUR"),
    Supplier("S04", "Tallgrass Cloud Inc.", "US", "USD"),
    Supplier("S05", "Pacific Rack Supply Inc.", "US", "USD"),
    Supplier("S06", "Deccan Systems Distribution Pvt Ltd", "IN", "INR"),
    Supplier("S07", "Severn Fibre Ltd", "GB", "GBP"),
    Supplier("S08", "Alpenblick Software AG", "AT", "EUR"),
)


def customers() -> list[Customer]:
    rows: list[Customer] = []
    for country, names in NAMES.items():
        for name in names.split("|"):
            key = f"CU{len(rows) + 1:02}"
            currency = {IN_DINAR: "KWD", IN_YEN: "JPY"}.get(key, CURRENCY[country])
            language = "de" if country == "DE" or key == SPEAKS_GERMAN else "en"
            merged = MASTER if key == DUPLICATE else None
            parent, group = PARENTS.get(key), PRICE_GROUPS.get(key)
            rows.append(Customer(key, name, country, currency, language, parent, merged, group))
    return rows

"""Names, products and phrases of the demo; none of these people exists."""

FIRST_NAMES = (
    "Ada Amir Anika Bela Bruno Carmen Chidi Clara Dana Emre Esther Felix Freya Goran "
    "Hana Hugo Ines Ivo Jana Jonas Kira Lars Leila Luca Mara Milan Nadia Nils Olga "
    "Omar Paula Petra Quinn Rafael Rosa Samir Selma Tariq Thea Uma Vera Wanda Yuki Zoe"
).split()
LAST_NAMES = (
    "Abel Berger Castro Dahl Engel Farkas Garcia Holm Ivanova Jensen Keller Lindgren "
    "Moreau Novak Okafor Petrov Quist Rossi Sato Tanaka Ueda Varga Weber Yilmaz Zeman"
).split()
PRODUCTS = (
    ("tea-assam-250", "8.90"),
    ("tea-darjeeling-100", "11.50"),
    ("tea-earl-grey-250", "9.20"),
    ("tea-jasmine-100", "7.80"),
    ("tea-oolong-100", "14.00"),
    ("tea-sencha-100", "12.40"),
    ("tea-rooibos-250", "6.90"),
    ("tea-mint-100", "5.60"),
    ("coffee-filter-500", "10.90"),
    ("coffee-espresso-1000", "19.80"),
    ("coffee-decaf-500", "12.30"),
    ("cocoa-dark-300", "6.40"),
    ("honey-acacia-500", "9.90"),
    ("honey-forest-500", "10.90"),
    ("sugar-candy-250", "3.20"),
    ("biscuit-oat-200", "3.90"),
    ("biscuit-ginger-200", "4.20"),
    ("cup-stoneware", "12.00"),
    ("cup-porcelain", "15.50"),
    ("cup-glass-double", "11.90"),
    ("mug-enamel", "9.50"),
    ("pot-cast-iron", "64.00"),
    ("pot-glass-1l", "29.90"),
    ("pot-porcelain-1l", "39.00"),
    ("kettle-steel", "49.90"),
    ("kettle-gooseneck", "79.00"),
    ("strainer-steel", "7.50"),
    ("infuser-ball", "5.90"),
    ("filter-paper-100", "3.40"),
    ("scale-kitchen", "24.90"),
    ("grinder-hand", "54.00"),
    ("tin-small", "4.90"),
    ("tin-large", "8.50"),
    ("tray-oak", "34.00"),
    ("towel-linen", "13.90"),
    ("spoon-set", "17.50"),
    ("gift-box", "6.00"),
    ("gift-card-25", "25.00"),
    ("book-of-tea", "22.00"),
    ("matcha-set", "44.50"),
)
CARRIERS = ("DHL", "UPS", "GLS", "DPD", "FedEx")
NOTES = (
    "Please leave it with the neighbours.",
    "It is a gift: no invoice in the parcel.",
    "Ring twice.",
    "Deliver after 17 h if that is possible.",
    "The last pot had a crack; please check this one.",
)
REASONS = (
    "Ordered twice by mistake.",
    "Found it in another size.",
    "It would arrive too late.",
    "Changed my mind.",
)

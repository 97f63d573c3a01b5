"""Words from which the tiny vocabularies are learnt: what people ask of an editor, in several scripts."""

from itertools import product

_VERBS = ["add", "remove", "replace", "paint", "blur", "sharpen", "turn", "move", "brighten", "darken", "write", "erase"]
_THINGS = ["dog", "cat", "house", "sky", "window", "street", "person", "shirt", "background", "mountain", "river", "bicycle", "sign", "flower"]
_MANNERS = ["in the background", "next to the tree", "with warm light", "as a watercolour", "in red", "at night", "on the left", "twice as large"]
_WORDS = """
afternoon airplane alley ambulance anchor apple apron arch armchair arrow autumn avenue backpack bakery balcony balloon banana bandage
barn basket bathtub beach beard bedroom bench billboard birthday blanket blossom blouse boat bookshelf bottle bouquet bracelet branch
bread breakfast bridge bright bronze brush bucket building butterfly button cabin camera campfire candle canvas captain caravan carpet
castle ceiling ceramic chair chalk chapel cheerful cherry chimney chocolate church circle cloud coastline colourful comfortable copper
corner cottage cotton courtyard crystal cupboard curtain cushion dancer daylight denim desert diamond dinner distance dolphin doorway
dragon drawing dramatic dress driftwood drizzle eagle earring elegant elephant emerald entrance evening expression eyebrow fabric
factory falling family farmhouse feather fence festival fireplace firework fisherman flamingo flashlight flooring foggy footprint
forest fountain frame freckles friendly frozen furniture garden garland gentle giraffe glacier glasses golden gradient grandmother
granite grass gravel greenhouse guitar hairstyle hallway hammock handbag handwritten harbour harvest headphones heart helicopter
helmet highlight hillside horizon horse hotel hummingbird iceberg illustration island ivory jacket jewel journey jungle kitchen kite
ladder lake lamp landscape lantern laptop lavender leather lemonade letter library lighthouse lightning linen lipstick lobster logo
lounge magazine magnolia mailbox marble market meadow medieval melon metallic midnight minimal mirror monkey moonlight morning mosaic
motorcycle moustache mural mushroom musician napkin narrow necklace newspaper notebook ocean octopus office old-fashioned orange orchard
origami ornament outfit overcast oyster painting palace panda paper parade parasol parrot passport pastel pattern pavement peach peacock
pebble pencil penguin piano picnic pillow pine pineapple pirate platform playground plaza pocket polished poppy porcelain portrait
postcard pottery pumpkin purple puzzle pyramid rabbit railway rainbow raincoat realistic reflection restaurant ribbon robot rocket
roller romantic rooftop rooster rusty sailor salmon sandcastle sapphire scarf scooter sculpture seagull seashell shadow shelf shiny
shoulder sidewalk silhouette silver skateboard sketch skyline skyscraper smiling smooth snowfall snowman sofa soldier spaceship sparrow
spiral spoon spotlight spring squirrel stadium staircase starlight station statue steam stone storm strawberry stripes studio subtle
suitcase summer sunflower sunglasses sunrise surface sweater swimming symmetrical table tablecloth tattoo teacher teapot television
temple terrace texture theatre thunder tiger tower tractor traffic translucent treasure triangle tropical trumpet tulip tunnel turquoise
turtle typewriter umbrella underwater uniform valley vanilla vase vegetable velvet vibrant victorian village vineyard vintage violet
violin volcano waiter wallpaper walnut watercolour waterfall wedding whale wheel whisker wildflower willow windmill winter wooden
woodland workshop wrinkles wristwatch yellow yoghurt zebra zeppelin
""".split()
_OTHERS = [
    "Füge einen Hund hinzu und mache den Himmel wärmer.",
    "Ajoute un chien près de la fenêtre, en été.",
    "Añade un perro y quita el cartel de la izquierda.",
    "Aggiungi un cane, poi rendi il cielo più caldo.",
    "Dodaj psa i usuń napis z lewej strony.",
    "在背景中添加一只狗，并把天空变成红色。",
    "背景に犬を追加して、空を赤くしてください。",
    'Write "SALE 50%" at the top, 1200 px wide, 16:9, rotated by 90°.',
    "It's a photo of a cat holding a sign that says hello world; don't change anything else!",
]


def sentences() -> list[str]:
    simple = [f"{verb} the {thing} {manner}" for verb, thing, manner in product(_VERBS, _THINGS, _MANNERS)]
    return simple + _OTHERS * 20 + _WORDS * 3

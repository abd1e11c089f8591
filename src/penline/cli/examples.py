"""Of each command, its group in ``--help``, and examples: what is wanted, and the command line."""

from __future__ import annotations

__all__ = ["EXAMPLES", "GROUPS", "START"]

START = """\
Penline composes handwritten text lines from single characters, and reads, checks and shows them.

With nothing but what it brings:

  penline write "Good morning." -o line.png    one line
  penline compose -n 200 -o lines              a training set
  penline sheet lines -o lines.html            a page to look at it

With characters of your own, pictures in folders, tables, photographs:

  penline info FOLDER                          what they are, and the command that makes a bank
  penline compose --bank my.bank -n 200 -o lines

With published handwriting:

  penline list --readable                      what there is, and what may be done with it

All commands: penline --help
"""
"""What is said where nothing is asked."""

GROUPS = {
    "Start here": ("write", "compose", "sheet", "info", "bank"),
    "Archives": ("list", "card", "get", "census"),
    "Compose": ("cover", "select", "fit", "convert", "check", "rebuild"),
    "Look": ("serve", "realism"),
    "Your hand": ("template", "scan"),
    "More": ("ablate", "read", "new-card", "check-links"),
}
"""The commands in the order of ``penline --help``."""

_OWN = "penline compose --bank my.bank --corpus novel.txt"

EXAMPLES: dict[str, dict[str, str]] = {
    "list": {
        "All data sets, for a script:": "penline list --json",
        "The form that this keeps:": "penline list --schema",
    },
    "card": {
        "What is known of one data set:": "penline card casia-hwdb1.1",
        "The same as Croissant:": "penline card casia-hwdb1.1 --croissant",
        "Lines for HTR-United's catalogue:": "penline card bullinger --htr-united",
    },
    "get": {
        "The test part, the terms accepted:": (
            "penline get casia-hwdb1.1 --part test --accept-terms"
        ),
        "Files that were got by hand:": "penline get casia-hwdb1.1 --adopt downloads/",
    },
    "info": {
        "A file, and a bank:": "penline info 1001-c.gnt my.bank",
        "An archive, read in place:": "penline info Pot1.1Test.zip --json",
    },
    "census": {
        "A data set on the shelf, whole or not:": "penline census casia-hwdb1.1",
        "An archive against its published counts:": "penline census Gnt1.1Test.zip",
        "A folder of archives, for a script:": "penline census archives/ --json",
    },
    "bank": {
        "Two files and an archive into one bank:": (
            "penline bank 001.pot 1001-c.gnt Gnt1.1TrainPart1.zip -o my.bank"
        ),
        "Files of your own that are for testing:": "penline bank scans/ --part test -o test.bank",
        "What is sound in a damaged file:": "penline bank broken.gnt --salvage -o saved.bank",
        "Two banks and an archive as one, of some characters, without those that look odd:": (
            "penline bank anna.bank hwdb.bank Gnt1.1Test.zip -o all.bank "
            "--characters list.txt --without odd.json"
        ),
    },
    "compose": {
        "200 lines of the embedded sample:": "penline compose -n 200 -o lines",
        "Your glyphs, your text, clean paper:": f"{_OWN} --recipe plain -n 100000 -o lines",
        "A twentieth for validation, by other writers, of other sentences:": (
            f"{_OWN} -n 100000 --val 0.05 -o lines"
        ),
        "For fine-tuning, with the trainer's own dictionary:": (
            f"{_OWN} --dict ppocrv5_dict.txt -n 20000 -o lines"
        ),
        "Pages, for formats that hold them:": f"{_OWN} -n 500 --to page-xml -o pages",
        "Line 12,345 alone; it is the same line:": f"{_OWN} --start 12345 -n 1 -o one",
        "On a cluster, into an object store:": (
            f"{_OWN} -n 10000000 --engine ray --staging /shared/staging -o s3://bucket/lines"
        ),
        "The recipe alone, a few kilobytes, from which `penline rebuild` makes the set:": (
            f"{_OWN} -n 100000 --plan-only -o plan.json"
        ),
    },
    "write": {
        "One line at once, by the embedded sample:": 'penline write "Good morning." -o line.png',
        "By one writer of a bank, and by whoever can:": (
            "penline write 我们去学校。 --bank my.bank --writer casia:001 -o line.jpg\n"
            "penline write 我们去学校。 --bank my.bank --seed 1 -o other.jpg"
        ),
        "Two lines, `line-001.png` and `line-002.png`, on clean paper, with their boxes:": (
            'penline write "Good morning." 早上好。 --recipe plain -o line.png --json'
        ),
    },
    "rebuild": {
        "A set again, each shard proven by the hash of its pixels:": (
            "penline rebuild lines/report.json --bank my.bank --corpus novel.txt -o again"
        ),
        "The recipe form of a finished set, to be shared where pictures may not:": (
            "penline rebuild lines/report.json --plan-only -o plan.json"
        ),
        "And from that:": "penline rebuild plan.json --bank my.bank --corpus novel.txt -o again",
    },
    "cover": {
        "Before composing: is the text one for these hands?": (
            "penline cover my.bank --corpus novel.txt"
        ),
        "Two banks, a recipe's lengths and policies, every writer and character for a script:": (
            "penline cover my.bank anna.bank --corpus novels/ --recipe mine.yaml --json"
        ),
    },
    "select": {
        "20,000 lines that a bank's writers can write, rare characters among them:": (
            "penline select novels/ -n 20000 --bank my.bank --floor 10 -o chosen.txt"
        ),
    },
    "fit": {
        "From a page of real lines:": "penline fit 006-P16.dgrl -o hand.yaml",
    },
    "convert": {
        "Whole pages with lines and baselines:": (
            "penline convert HWDB2.0Test.zip --to page-xml -o pages"
        ),
        "Pages for PaddleOCR's detection:": (
            "penline convert HWDB2.0Test.zip --to paddleocr-det -o pages"
        ),
        "Strokes, and every point kept:": "penline convert 001.pot --to inkml -o strokes",
        "Real lines, for training and for judging:": "penline convert HWDB2.0Test.zip -o real",
        "Pages that people transcribed, as lines without the printed ones, a tenth held back:": (
            "penline convert pages/ --skip '*:Print' --val 0.1 --to kraken-arrow -o real"
        ),
        "A set in one form as a set in another:": (
            "penline convert rec_gt_train.txt --to parquet -o real"
        ),
        "Half composed, half real:": "penline convert composed real-pages/ --mix 0.5 -o mixed",
        "Isolated characters of one writer:": "penline convert 1001-c.gnt -o characters",
    },
    "check": {
        "Before training, and after copying:": "penline check lines",
        "Each label proven by the glyphs that it was made from:": (
            "penline check lines --ink --bank my.bank --corpus novel.txt"
        ),
    },
    "realism": {
        "Real lines against composed ones, and a page to look at:": (
            "penline realism 006-P16.dgrl lines -o realism.html"
        ),
    },
    "sheet": {
        "Glyphs of a bank:": "penline sheet my.bank -o glyphs.html",
        "A hundred thousand of them, which the page draws as they come into view:": (
            "penline sheet my.bank -o glyphs.html --limit 100000"
        ),
        "Lines of a data set:": "penline sheet lines -o lines.html --limit 200",
        "Pages that people transcribed, with their outlines, baselines and reading order:": (
            "penline sheet pages -o pages.html"
        ),
        "An archive, its damaged records with a picture of their bytes:": (
            "penline sheet broken.gnt -o broken.html"
        ),
        "A census, to read it in peace and pass it on:": (
            "penline census archives/ --json > census.json\n"
            "penline sheet census.json -o census.html"
        ),
    },
    "template": {
        "Two sheets' worth of characters, to print and write on:": (
            "penline template -o sheet.pdf --chars list.txt"
        ),
        "Each character three times, with guides from a font of yours:": (
            "penline template -o sheet.pdf --chars list.txt --times 3 --font kai.ttf"
        ),
    },
    "scan": {
        "Photographs of the written sheets:": (
            "penline scan IMG_1.jpg IMG_2.jpg --chars list.txt --writer anna -o anna.bank"
        ),
        "What is still to be written, as a list for another sheet:": (
            "penline scan IMG_1.jpg --chars list.txt --writer anna -o anna.bank --again again.txt"
        ),
    },
    "serve": {
        "The embedded sample:": "penline serve",
        "Pages and lines, whatever `penline convert` reads:": "penline serve pages lines",
        "A bank, at once in the browser:": "penline serve my.bank --open",
        "Two banks side by side, and sentences of your own:": (
            "penline serve --bank hwdb.bank --bank mine.bank --corpus novel.txt"
        ),
    },
    "new-card": {
        "A card and its test, to be filled in:": "penline new-card my-archive",
        "A card for each record of HTR-United's catalogue:": (
            "penline new-card --from-htr-united htr-united.yml"
        ),
    },
    "check-links": {
        "All addresses of two cards:": "penline check-links hoda muharaf",
        "The whole catalogue, for a script:": "penline check-links --json",
    },
    "ablate": {
        "Two recipes, judged on real lines:": (
            "penline ablate --real real --recipe papers --recipe stamps.yaml --bank my.bank "
            "--corpus novel.txt -o which"
        ),
        "Composed lines beside real ones, half of each, and real ones alone:": (
            "penline ablate --real real --real-train more --mix 0,0.5,1 --recipe papers "
            "--bank my.bank --corpus novel.txt -o mixes"
        ),
    },
    "read": {
        "The best reader of a comparison, and its worst lines:": (
            "penline read real --model which -o worst.html"
        ),
        "RapidOCR, for a script:": "penline read real --model rapidocr --json",
    },
}

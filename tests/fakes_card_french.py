"""Small fakes of sets of pages, added to those of `fakes_card_layouts`, by their files' names."""

from __future__ import annotations

from pathlib import Path

from fakes_card_layouts import alto, fake, page, pages_at, picture, put, twins

pages_at(
    "cremma-mss-17", "data/lettres-de-bossuet/f10.xml", image="data/lettres-de-bossuet/f10.jpeg"
)
pages_at("cremma-mss-18", "data/journal-mme-de-genlis/f15.xml", "data/abrege/SIL_0008.xml")
pages_at("cremma-mss-19", "data/administratif-procès-louise-michel/img132.xml")
pages_at("peraire", "data/test/test_B.12.japon3_0048.xml", "data/train/train_A_0001.xml")
twins("htromance-spain", "data/bnf-esp-110/1", ".jpg", normalised=True)
twins("htromance-italian", "data/bnf-it-1534/btv1b52504356m_f100", ".jpg", normalised=True)
twins("htromance-modern", "data/fr/bnf-ms-9314/Papiers_[...]_1675_101", ".jpeg", normalised=True)


def checked(folder: Path, stem: str, endings: tuple[str, ...]) -> list[str]:
    """A page whose files of ALTO have more endings than one; the first tells what comes out."""
    put(folder, f"{stem}.jpg", picture("a.jpg"))
    for at, ending in enumerate(endings):
        lines = [f"linea {at}", f"altera {at}"]
        put(folder, f"{stem}{ending}.xml", alto(f"{stem}.jpg".rpartition("/")[2], lines))
    return ["linea 0", "altera 0"]


@fake("gallicorpora-mss-15")
def gallicorpora(folder: Path) -> list[str]:
    """Two files of ALTO a page, and TEI of the whole book beside its folder."""
    tei = '<TEI xmlns="http://www.tei-c.org/ns/1.0"><text><body/></text></TEI>'
    put(folder, "data/btv1b100737746.xml", tei)
    return checked(folder, "data/btv1b100737746/btv1b100737746_f16", ("", ".chocomufin"))


@fake("fabliaux")
def fabliaux(folder: Path) -> list[str]:
    return checked(folder, "data/bern_354/e-codices_bbb-0354_146v_max", (".mufichecker",))


@fake("liber")
def liber(folder: Path) -> list[str]:
    endings = (".mufichecker", ".mufichecker.chocomufin")
    return checked(folder, "data/BnF_Naf_27401/10_b9b5c_default", endings)


@fake("lectaurep-bronod")
def bronod(folder: Path) -> list[str]:
    """bronod1/0001.jpg, with alto/0001.xml and page/0001.xml of the same page."""
    lines = ["Vente par Mğr", "Quittance"]
    put(folder, "data/bronod1/0001.jpg", picture("a.jpg"))
    put(folder, "data/bronod1/alto/0001.xml", alto("0001.jpg", ["Vente par Mgr"]))
    put(folder, "data/bronod1/page/0001.xml", page("0001.jpg", lines))
    return lines

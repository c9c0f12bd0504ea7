"""The contacts of the demo firm. Telephone numbers are from the ranges that are kept free for fiction."""

from __future__ import annotations

from tui_portal.demo.shapes import Person


def _person(name: str, language: str | None, phone: str, *addresses: str) -> Person:
    return Person(name, language, phone, addresses)


PEOPLE = {
    "adler": _person(
        "Katrin Adler", "de", "+49 40 66969 101",
        "Email: katrin@adler-apotheke.example", "Private email: katrin.adler@posthaus.example",
    ),
    "vogt": _person(
        "Renate Vogt", "de", "+49 40 66969 118",
        "Work email: renate.vogt@kontor-vogt.example", "Private email: renate.vogt@posthaus.example",
    ),
    "aubert": _person(
        "Hélène Aubert", "fr", "+33 1 99 00 14 22",
        "Email: helene.aubert@courriel.example", "Work email: h.aubert@lycee-condorcet.example",
    ),
    "bruenjes": _person(
        "Heiko Brünjes", "de", "+49 40 66969 127",
        "Email: heiko@baeckerei-bruenjes.example", "Work email: backstube@baeckerei-bruenjes.example",
    ),
    "alvarez": _person(
        "José Álvarez Núñez", "es", "",
        "Email: jose.alvarez@correo.example", "Private email: pepe.alvarez@buzon.example",
    ),
    "becker.stefan": _person(
        "Stefan Becker", "de", "+49 30 23125 204",
        "Email: familie.becker@posthaus.example", "Work email: s.becker@vereinigte-holzwerke.example",
    ),
    "becker.ute": _person("Ute Becker", "de", "+49 30 23125 204", "Email: familie.becker@posthaus.example"),
    "obrien.sean": _person(
        "Sean O'Brien", "en", "+44 20 7946 0118",
        "Email: sean@obrien-sons.example", "Private email: sean.obrien@mailbox.example",
    ),
    "obrien.aoife": _person(
        "Aoife O'Brien", "en", "",
        "Email: aoife@obrien-sons.example", "Work email: accounts@obrien-sons.example, aoife@obrien-sons.example",
    ),
    "dangelo": _person(
        "Carla D’Angelo", None, "",
        "Email: carla.dangelo@mailbox.example", "Private email: carla.dangelo@casella.example",
    ),
    "rosso": _person(
        "Marco Rosso", None, "",
        "Email: marco@rosso.example", "Work email: m.rosso(at)rosso.example",
    ),
    "rosso.giulia": _person("Giulia Rosso", None, "", "Email: giulia@rosso.example"),
    "smith": _person(
        "Walter Smith", "en", "+1 202 555 0143",
        "Email: walter.smith@mailbox.example", "Work email: trustee@smith-trust.example",
    ),
    "smith.grace": _person("Grace Smith-Holloway", "en", "+1 202 555 0175", "Email: grace.holloway@mailbox.example"),
    "tester": _person(
        "Tessa Tester", "en", "",
        "Email: tessa.tester@hansen-partner.example", "Work email: test@hansen-partner.example",
    ),
    "yamamoto": _person(
        "山本 由紀子", "ja", "",
        "Email: yukiko.yamamoto@yubin.example", "Work email: yamamoto@midori-gakuen.example",
    ),
    "roux": _person(
        "Amélie Roux", "fr", "+33 4 65 71 20 08",
        "Email: amelie@brasserie-marche.example", "Private email: amelie.roux@courriel.example",
    ),
    "marchand": _person("Paul Marchand", "fr", "+33 4 65 71 20 09", "Work email: paul@brasserie-marche.example"),
    "weber": _person(
        "Thomas Weber", "de", "+49 40 66969 133",
        "Email: t.weber@weber-metallbau.example", "Private email: thomas.weber@posthaus.example",
    ),
    "weber.jana": _person("Jana Weber", "de", "+49 40 66969 134", "Email: j.weber@weber-metallbau.example"),
    "clarke": _person(
        "Emily Clarke", "en", "+44 20 7946 0241",
        "Email: emily.clarke@mailbox.example", "Work email: eclarke@blueheron-media.example",
    ),
    "hanh": _person("Nguyễn Thị Hạnh", "en", "", "Email: hanh.nguyen@mailbox.example", "Work email: hanh@"),
    "mueller": _person(
        "Dieter Müller", "de", "+49 69 90009 310",
        "Email: dieter.mueller@mueller-spedition.example", "Work email: kontakt@müller-spedition.example",
    ),
    "mueller.lisa": _person("Lisa Müller-Hahn", "de", "+49 69 90009 311", "Email: lisa@mueller-spedition.example"),
    "martin.claire": _person(
        "Claire Martin", "en", "+1 202 555 0112",
        "Email: the.martins@mailbox.example", "Work email: claire.martin@harper-lowe.example",
    ),
    "martin.david": _person(
        "David Martin", "en", "+1 202 555 0112",
        "Email: the.martins@mailbox.example", "Private email: dave.martin@mailbox.example",
    ),
    "zuercher": _person("Reto Zürcher", "de", "", "Email: reto@cafe-zuerich.example", "Work email: buero@cafe-zuerich.example"),
    "petersen": _person(
        "Lars Petersen", "de", "+49 40 66969 150",
        "Email: lars..petersen@petersen.example", "Private email: lars@petersen.example",
    ),
    "lefevre": _person(
        "François Lefèvre", "fr", "+33 1 99 00 37 51",
        "Email: francois.lefevre@courriel.example", "Work email: f.lefevre@lefevre-associes.example",
    ),
    "lefevre.ines": _person("Inès Caron", "fr", "", "Email: i.caron@lefevre-associes.example"),
    "espiga": _person(
        "Rosa Iglesias Peral", "es", "",
        "Email: rosa@panaderia-laespiga.example", "Work email: pedidos@panaderia-laespiga.example",
    ),
    "espiga.toni": _person("Antoni Iglesias", "es", "", "Email: toni@panaderia-laespiga.example"),
    "sakurai": _person("桜井 誠", "ja", "", "Work email: sakurai@sakurai-mfg.example", "Email: makoto.sakurai@yubin.example"),
    "sakurai.kikuchi": _person("菊池 恵", "ja", "", "Work email: keiri@sakurai-mfg.example"),
    "sato.kenichi": _person("佐藤 健一", "ja", "", "Email: kenichi.sato@yubin.example", "Work email: ksato@nordlicht-yacht.example"),
    "sato.misaki": _person("佐藤 美咲", "ja", "", "Email: misaki.sato@yubin.example"),
    "greenfield": _person(
        "Hannah Greenfield", "en", "+1 202 555 0168",
        "Email: hannah@greenfield-farms.example", "Work email: office@greenfield-farms.example",
    ),
    "greenfield.luis": _person("Luis Ortega", "es", "+1 202 555 0169", "Email: luis@greenfield-farms.example"),
    "harper": _person(
        "Margaret Harper", "en", "+1 202 555 0190",
        "Work email: margaret@harper-lowe.example", "Private email: maggie.harper@mailbox.example",
    ),
    "lowe": _person("Benjamin Lowe", "en", "+1 202 555 0191", "Work email: ben@harper-lowe.example"),
    "baukultur": _person(
        "Dr. Friederike von Brandenstein-Zeppelin", "de", "+49 30 23125 377",
        "Work email: f.brandenstein@baukultur-nord.example", "Email: geschaeftsstelle@baukultur-nord.example",
    ),
    "sorensen": _person("Ingrid Sørensen", "en", "", "Email: ingrid@sorensen.example", "Work email: ingrid.s@hotel-seeblick.example"),
    "dupont.elodie": _person("Élodie Dupont", "fr", "+33 1 99 00 52 80", "Email: elodie@dupont.example", "Work email: elodie@dupont"),
    "dupont.zoe": _person("Zoë Dupont", "fr", "+33 1 99 00 52 81", "Email: zoe@dupont.example"),
    "olaniyan": _person("Adébáyọ̀ Ọláníyan", "en", "", "Email: adebayo@olaniyan.example", "Work email: bayo@patel-pharmacy.example"),
    "schaefer": _person(
        "Jürgen Schäfer", "de", "+49 221 4710 418",
        "Work email: schaefer@schaefer-zahntechnik.example", "Private email: juergen.schaefer@posthaus.example",
    ),
    "schaefer.monika": _person("Monika Schäfer", "de", "+49 221 4710 419", "Private email: juergen.schaefer@posthaus.example"),
    "pena.hernan": _person("Hernán Peña", "es", "", "Email: hernan@penahermanos.example", "Work email: compras@penahermanos.example"),
    "pena.lucia": _person("Lucía Peña", "es", "", "Email: lucia.pena@correo.example", "Work email: lucia@penahermanos.example"),
    "kowalski": _person(
        "Zbigniew Kowalski", "en", "",
        "Email: zbigniew@kowalski-transport.example", "Work email: biuro@kowalski-transport.example",
    ),
    "thompson": _person(
        "Robert Thompson", "en", "+1 202 555 0121",
        "Email: bob@thompson-plumbing.example", "Private email: bob.thompson@mailbox.example",
    ),
    "thompson.sue": _person("Sue Thompson", "en", "+1 202 555 0122", "Work email: payroll@thompson-plumbing.example"),
    "rodriguez": _person(
        "Ana María Rodríguez-García", "es", "",
        "Email: anamaria.rodriguez@correo.example", "Work email: ana maria@clinica-sol.example",
    ),
    "brightminds": _person(
        "Denise Okafor", "en", "+44 20 7946 0377",
        "Work email: denise@bright-minds.example", "Email: treasurer@bright-minds.example",
    ),
    "gross.wilhelm": _person("Wilhelm Groß", "de", "+49 89 99998 120", "Email: wilhelm@gross.example", "Private email: w.gross@posthaus.example"),
    "gross.juergen": _person("Jürgen Groß", "de", "+49 89 99998 121", "Email: juergen@gross.example"),
    "delatour": _person(
        "Étienne de La Tour", "fr", "+33 5 36 49 08 15",
        "Email: etienne@bellerive.example", "Private email: etienne.delatour@courriel.example",
    ),
    "delatour.maud": _person("Maud Garnier", "fr", "+33 5 36 49 08 16", "Work email: chai@bellerive.example"),
    "nordlicht": _person(
        "Frauke Jessen", "de", "+49 40 66969 181",
        "Work email: f.jessen@nordlicht-yacht.example", "Email: charter@nordlicht-yacht.example",
    ),
    "patel.arjun": _person("Arjun Patel", "en", "+44 20 7946 0512", "Work email: arjun@patel-pharmacy.example", "Email: patel.family@mailbox.example"),
    "patel.priya": _person("Priya Patel", "en", "+44 20 7946 0513", "Email: patel.family@mailbox.example", "Work email: priya@patel-pharmacy.example"),
    "suzuki": _person("鈴木 大輔", "ja", "", "Work email: suzuki@suzuki-kensetsu.example", "Email: daisuke.suzuki@yubin.example"),
    "suzuki.mori": _person("森 さくら", "ja", "", "Work email: soumu@suzuki-kensetsu.example"),
    "tanaka": _person("田中 ゆき", "ja", "", "Email: yuki@@tanaka.example", "Private email: yuki@tanaka.example"),
    "fitzgerald": _person("Colm Fitzgerald", "en", "+44 20 7946 0620", "Email: colm@fitzgerald.example", "Work email: executor@fitzgerald.example"),
    "seeblick": _person("Annette Hollmann", "de", "+49 40 66969 199", "Work email: direktion@hotel-seeblick.example", "Email: a.hollmann@hotel-seeblick.example"),
    "ndiaye": _person("Jean-Baptiste N'Diaye", "fr", "+33 6 39 98 41 27", "Email: jb.ndiaye@courriel.example", "Work email: jbndiaye@ndiaye-conseil.example"),
    "olsen": _person("Knut Olsen", "en", "", "Work email: knut@olsen-fisch.example", "Email: root@[192.0.2.7]"),
    "olsen.birte": _person("Birte Hansen", "de", "+49 40 66969 142", "Work email: birte@olsen-fisch.example"),
    "ortiz.mercedes": _person(
        "Mercedes Ortiz de Zárate", "es", "",
        "Email: mercedes.ortiz@correo.example", "Work email: direccion@ortiz-textiles.example",
    ),
    "ortiz.ramon": _person("Ramón Ibáñez", "es", "", "Work email: contabilidad@ortiz-textiles.example"),
    "wojcik": _person("Łukasz Wójcik", "en", "", "Email: lukasz.wojcik@mailbox.example", "Private email: @wojcik.example"),
    "heron": _person("Nathalie Brooks", "en", "+1 202 555 0155", "Work email: nbrooks@blueheron-media.example", "Email: finance@blueheron-media.example"),
    "kroeger": _person("Dr. med. Anja Kröger", "de", "+49 40 66969 163", "Email: anja.kroeger@posthaus.example", "Work email: empfang@praxis-kroeger.local"),
    "lindqvist.maja": _person("Dr. Maja Lindqvist", "en", "", "Work email: lindqvist@praxis-kroeger.example", "Private email: lindqvists@mailbox.example"),
    "lindqvist.oskar": _person("Oskar Lindqvist", "en", "", "Private email: lindqvists@mailbox.example"),
    "holzwerke": _person(
        "Gerhard Ostermann", "de", "+49 69 90009 330",
        "Work email: g.ostermann@vereinigte-holzwerke.example", "Email: vorstand@vereinigte-holzwerke.example",
    ),
    "holzwerke.audit": _person("Silke Brandt", "de", "+49 69 90009 331", "Work email: revision@vereinigte-holzwerke.example"),
    "sunset": _person("Gloria Mendez", "es", "+1 202 555 0137", "Email: gloria@sunset-motel.example"),
    "schmitt": _person("Hans-Peter Schmitt", "de", "", "Email: hp.schmitt@posthaus.example", "Work email: erben@schmitt-gbr.example"),
    "vasseur": _person("Odile Vasseur", "fr", "+33 3 53 01 62 44", "Email: odile@imprimerie-vasseur.example"),
    "dominguez": _person("Fermín Domínguez", "es", "", "Email: fermin@ferreteria-dominguez.example"),
    "daumen": _person("Svenja Grün", "de", "+49 40 66969 176", "Work email: svenja@gruener-daumen.example", "Private email: svenja.gruen@posthaus.example"),
    "quick": _person("Oliver Quick", "en", "+44 20 7946 0733", "Work email: oliver@quick-couriers.example", "Email: dispatch@quick-couriers.example"),
    "quick.dad": _person("Harold Quick", None, "+44 20 7946 0734"),
    "yamada.taro": _person("山田 太郎", "ja", "", "Email: taro@yamada.example"),
    "yamada.hanako": _person("山田 花子", "ja", "", "Email: hanako@yamada.example"),
    "albrecht": _person("Nina Albrecht", "de", "+49 30 23125 488", "Email: nina.albrecht@posthaus.example"),
}  # fmt: skip

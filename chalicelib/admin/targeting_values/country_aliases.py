"""Other names and codes of countries, and codes that are no country."""

import re
from collections.abc import Mapping
from types import MappingProxyType


def _table(text: str) -> Mapping[str, str]:
    """Return the values by key of lines such as `UK: GB`, or of several on a line, separated by semicolons."""
    pairs = (entry.split(":") for entry in re.split(r"[;\n]", text.strip()))
    return MappingProxyType({key.strip(): value.strip() for key, value in pairs})


CODE_ALIASES = _table("""
    UK: GB; XI: GB; EL: GR; SF: FI; AC: SH; TA: SH; CP: FR; CQ: GG; DG: IO; EA: ES; IC: ES; RP: PH; SP: ES; SW: SE
    JA: JP; KO: KR; ZH: CN; DA: DK; HI: IN; HE: IL; FA: IR; UR: PK; UAE: AE; KSA: SA; DRC: CD; ROC: TW; PRC: CN
    GER: DE; SUI: CH; NED: NL; HOL: NL; POR: PT; DEN: DK; GRE: GR; CRO: HR; SLO: SI; BUL: BG; LAT: LV; RSA: ZA; PHI: PH
    INA: ID; MAS: MY; VIE: VN; TPE: TW; CHI: CL; URU: UY; PAR: PY; CRC: CR; HAI: HT; HON: HN; GUA: GT; NCA: NI; ESA: SV
    PUR: PR; ALG: DZ; NGR: NG; TAN: TZ; ZIM: ZW; ZAM: ZM; BOT: BW; MRI: MU; SUD: SD; LBA: LY; IRI: IR; KUW: KW; OMA: OM
    LIB: LB; PLE: PS; BAN: BD; MYA: MM; CAM: KH; NEP: NP; SRI: LK; MGL: MN; MAD: MG; ANG: AO; BIH: BA; KOS: XK
    XKX: XK; RKS: XK; MON: MC; TOG: TG; NIG: NE; SEY: SC; FIJ: FJ; BAH: BS; BAR: BB; BER: BM; BIZ: BZ; ARU: AW
""")
"""Usual abbreviations, and codes of other lists (reserved, FIPS, languages, sports) that ISO gives to no country."""

NAME_ALIASES = _table("""
    great britain: GB; britain: GB; america: US; usa: US; u s a: US; u s: US; u k: GB; united states america: US
    emirates: AE; u a e: AE; saudi: SA; russia: RU; south korea: KR; republic of korea: KR; korea: KR; north korea: KP
    ivory coast: CI; czech republic: CZ; czech: CZ; holland: NL; swaziland: SZ; cape verde: CV; macedonia: MK
    turkey: TR; turkiye: TR; vatican: VA; vatican city: VA; palestine: PS; palestinian territories: PS; kosovo: XK
    east timor: TL; brunei: BN; congo brazzaville: CG; republic of congo: CG; congo kinshasa: CD; zaire: CD
    democratic republic of congo: CD; dr congo: CD; congo democratic republic: CD; micronesia: FM; macau: MO
    deutschland: DE; allemagne: DE; alemania: DE; espana: ES; italia: IT; brasil: BR; osterreich: AT; schweiz: CH
    suisse: CH; svizzera: CH; belgie: BE; belgique: BE; sverige: SE; norge: NO; danmark: DK; suomi: FI; polska: PL
    nippon: JP; hellas: GR; eire: IE; republic of ireland: IE; cesko: CZ; slovensko: SK; slovenija: SI; hrvatska: HR
    srbija: RS; magyarorszag: HU; shqiperia: AL; eesti: EE; latvija: LV; lietuva: LT; island: IS; turkmenia: TM
    burma: MM; bosnia: BA; saint kitts: KN; saint vincent: VC; trinidad: TT; antigua: AG; sao tome: ST; laos: LA
    syria: SY; iran: IR; falkland islands: FK; falklands: FK; us virgin islands: VI; british virgin islands: VG
    reunion island: RE; saint helena: SH; curacao: CW; sint maarten: SX; saint martin: MF; bonaire: BQ; vietnam: VN
    persia: IR; siam: TH; mainland china: CN; hong kong sar: HK; taiwan: TW; formosa: TW; ceylon: LK; rhodesia: ZW
    upper volta: BF; canaries: ES; canary islands: ES; azores: PT; madeira: PT; west germany: DE; east germany: DE
    cocos islands: CC; channel islands: JE
""")
"""Usual names that ISO does not list, as `name_key` gives them."""

PARTS = _table("""
    en: GB-ENG; eng: GB-ENG; england: GB-ENG; sco: GB-SCT; sct: GB-SCT; scotland: GB-SCT; wal: GB-WLS; wls: GB-WLS
    wales: GB-WLS; nir: GB-NIR; northern ireland: GB-NIR
""")
"""Parts of a country that are often taken for one, with their region."""

FORMER = _table("""
    AN: BQ CW SX; BU: MM; CS: CZ ME RS SK; CT: KI; DD: DE; DY: BJ; FQ: AQ TF; FX: FR; HV: BF; JT: UM; MI: UM; NH: VU
    NQ: AQ; NT: IQ SA; PC: FM MH MP PW; PU: UM; PZ: PA; RH: ZW; SU: AM AZ BY EE GE KG KZ LT LV MD RU TJ TM UA UZ; TP: TL
    VD: VN; WK: UM; YD: YE; YU: ME RS; ZR: CD; ANT: BQ CW SX; SUN: AM AZ BY EE GE KG KZ LT LV MD RU TJ TM UA UZ
    USSR: AM AZ BY EE GE KG KZ LT LV MD RU TJ TM UA UZ; YUG: BA HR ME MK RS SI; YUGOSLAVIA: BA HR ME MK RS SI; TMP: TL
    SCG: ME RS; CSK: CZ SK; CZECHOSLOVAKIA: CZ SK; NETHERLANDS ANTILLES: BQ CW SX; DDR: DE; GDR: DE; ZAR: CD; BUR: MM
    SERBIA AND MONTENEGRO: ME RS; ROM: RO; FXX: FR
""")
"""Codes and names of ISO 3166-3, with the countries of today."""

GROUPS = _table("""
    EU: AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK; DACH: AT CH DE
    EEA: AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK; BENELUX: BE LU NL
    EUROPEAN UNION: AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK; NAFTA: CA MX US
    SCANDINAVIA: DK NO SE; NORDICS: DK FI IS NO SE; BALTICS: EE LT LV; GCC: AE BH KW OM QA SA; UKI: GB IE; ANZ: AU NZ
    EFTA: CH IS LI NO
""")
"""Groups of countries, with their members."""

_ANY = "leave the list empty to accept any country"
_LIST = "list the countries"
NO_COUNTRIES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("ZZ", "XX", "O1", "QQ", "UNKNOWN"), "stands for an unknown country; only an empty list accepts it"
        ),
        **dict.fromkeys(
            ("A1", "A2", "T1"), "stands for proxies and satellites, not for a country; use exclude_hosting"
        ),
        **dict.fromkeys(("AP", "EZ", "UN", "EUROPE", "ASIA", "AFRICA"), f"is not a country; {_LIST}"),
        **dict.fromkeys(("LATAM", "APAC", "EMEA", "MENA", "SEA", "CIS", "OCEANIA"), f"is not a country; {_LIST}"),
        **dict.fromkeys(("NORTH AMERICA", "SOUTH AMERICA", "LATIN AMERICA"), f"is not a country; {_LIST}"),
        **dict.fromkeys(("*", "ALL", "ANY", "WW", "INTL", "GLOBAL", "WORLD", "WORLDWIDE"), f"is not a country; {_ANY}"),
    }
)
"""What GeoIP databases and media plans have in place of a country, and what to do instead."""

#include "core/currency.h"

/* ISO 4217 list one as published on 2026-01-01, and BGN, which left it that day:
 * chargebacks of purchases in leva still arrive. Numbers are written without
 * their leading zeros, which C would read as octal. */
/* clang-format off */
#define CURRENCIES(X) \
    X(AED, 'A', 'E', 'D', 784, 2)  \
    X(AFN, 'A', 'F', 'N', 971, 2)  \
    X(ALL, 'A', 'L', 'L', 8, 2)    \
    X(AMD, 'A', 'M', 'D', 51, 2)   \
    X(AOA, 'A', 'O', 'A', 973, 2)  \
    X(ARS, 'A', 'R', 'S', 32, 2)   \
    X(AUD, 'A', 'U', 'D', 36, 2)   \
    X(AWG, 'A', 'W', 'G', 533, 2)  \
    X(AZN, 'A', 'Z', 'N', 944, 2)  \
    X(BAM, 'B', 'A', 'M', 977, 2)  \
    X(BBD, 'B', 'B', 'D', 52, 2)   \
    X(BDT, 'B', 'D', 'T', 50, 2)   \
    X(BGN, 'B', 'G', 'N', 975, 2)  \
    X(BHD, 'B', 'H', 'D', 48, 3)   \
    X(BIF, 'B', 'I', 'F', 108, 0)  \
    X(BMD, 'B', 'M', 'D', 60, 2)   \
    X(BND, 'B', 'N', 'D', 96, 2)   \
    X(BOB, 'B', 'O', 'B', 68, 2)   \
    X(BOV, 'B', 'O', 'V', 984, 2)  \
    X(BRL, 'B', 'R', 'L', 986, 2)  \
    X(BSD, 'B', 'S', 'D', 44, 2)   \
    X(BTN, 'B', 'T', 'N', 64, 2)   \
    X(BWP, 'B', 'W', 'P', 72, 2)   \
    X(BYN, 'B', 'Y', 'N', 933, 2)  \
    X(BZD, 'B', 'Z', 'D', 84, 2)   \
    X(CAD, 'C', 'A', 'D', 124, 2)  \
    X(CDF, 'C', 'D', 'F', 976, 2)  \
    X(CHE, 'C', 'H', 'E', 947, 2)  \
    X(CHF, 'C', 'H', 'F', 756, 2)  \
    X(CHW, 'C', 'H', 'W', 948, 2)  \
    X(CLF, 'C', 'L', 'F', 990, 4)  \
    X(CLP, 'C', 'L', 'P', 152, 0)  \
    X(CNY, 'C', 'N', 'Y', 156, 2)  \
    X(COP, 'C', 'O', 'P', 170, 2)  \
    X(COU, 'C', 'O', 'U', 970, 2)  \
    X(CRC, 'C', 'R', 'C', 188, 2)  \
    X(CUP, 'C', 'U', 'P', 192, 2)  \
    X(CVE, 'C', 'V', 'E', 132, 2)  \
    X(CZK, 'C', 'Z', 'K', 203, 2)  \
    X(DJF, 'D', 'J', 'F', 262, 0)  \
    X(DKK, 'D', 'K', 'K', 208, 2)  \
    X(DOP, 'D', 'O', 'P', 214, 2)  \
    X(DZD, 'D', 'Z', 'D', 12, 2)   \
    X(EGP, 'E', 'G', 'P', 818, 2)  \
    X(ERN, 'E', 'R', 'N', 232, 2)  \
    X(ETB, 'E', 'T', 'B', 230, 2)  \
    X(EUR, 'E', 'U', 'R', 978, 2)  \
    X(FJD, 'F', 'J', 'D', 242, 2)  \
    X(FKP, 'F', 'K', 'P', 238, 2)  \
    X(GBP, 'G', 'B', 'P', 826, 2)  \
    X(GEL, 'G', 'E', 'L', 981, 2)  \
    X(GHS, 'G', 'H', 'S', 936, 2)  \
    X(GIP, 'G', 'I', 'P', 292, 2)  \
    X(GMD, 'G', 'M', 'D', 270, 2)  \
    X(GNF, 'G', 'N', 'F', 324, 0)  \
    X(GTQ, 'G', 'T', 'Q', 320, 2)  \
    X(GYD, 'G', 'Y', 'D', 328, 2)  \
    X(HKD, 'H', 'K', 'D', 344, 2)  \
    X(HNL, 'H', 'N', 'L', 340, 2)  \
    X(HTG, 'H', 'T', 'G', 332, 2)  \
    X(HUF, 'H', 'U', 'F', 348, 2)  \
    X(IDR, 'I', 'D', 'R', 360, 2)  \
    X(ILS, 'I', 'L', 'S', 376, 2)  \
    X(INR, 'I', 'N', 'R', 356, 2)  \
    X(IQD, 'I', 'Q', 'D', 368, 3)  \
    X(IRR, 'I', 'R', 'R', 364, 2)  \
    X(ISK, 'I', 'S', 'K', 352, 0)  \
    X(JMD, 'J', 'M', 'D', 388, 2)  \
    X(JOD, 'J', 'O', 'D', 400, 3)  \
    X(JPY, 'J', 'P', 'Y', 392, 0)  \
    X(KES, 'K', 'E', 'S', 404, 2)  \
    X(KGS, 'K', 'G', 'S', 417, 2)  \
    X(KHR, 'K', 'H', 'R', 116, 2)  \
    X(KMF, 'K', 'M', 'F', 174, 0)  \
    X(KPW, 'K', 'P', 'W', 408, 2)  \
    X(KRW, 'K', 'R', 'W', 410, 0)  \
    X(KWD, 'K', 'W', 'D', 414, 3)  \
    X(KYD, 'K', 'Y', 'D', 136, 2)  \
    X(KZT, 'K', 'Z', 'T', 398, 2)  \
    X(LAK, 'L', 'A', 'K', 418, 2)  \
    X(LBP, 'L', 'B', 'P', 422, 2)  \
    X(LKR, 'L', 'K', 'R', 144, 2)  \
    X(LRD, 'L', 'R', 'D', 430, 2)  \
    X(LSL, 'L', 'S', 'L', 426, 2)  \
    X(LYD, 'L', 'Y', 'D', 434, 3)  \
    X(MAD, 'M', 'A', 'D', 504, 2)  \
    X(MDL, 'M', 'D', 'L', 498, 2)  \
    X(MGA, 'M', 'G', 'A', 969, 2)  \
    X(MKD, 'M', 'K', 'D', 807, 2)  \
    X(MMK, 'M', 'M', 'K', 104, 2)  \
    X(MNT, 'M', 'N', 'T', 496, 2)  \
    X(MOP, 'M', 'O', 'P', 446, 2)  \
    X(MRU, 'M', 'R', 'U', 929, 2)  \
    X(MUR, 'M', 'U', 'R', 480, 2)  \
    X(MVR, 'M', 'V', 'R', 462, 2)  \
    X(MWK, 'M', 'W', 'K', 454, 2)  \
    X(MXN, 'M', 'X', 'N', 484, 2)  \
    X(MXV, 'M', 'X', 'V', 979, 2)  \
    X(MYR, 'M', 'Y', 'R', 458, 2)  \
    X(MZN, 'M', 'Z', 'N', 943, 2)  \
    X(NAD, 'N', 'A', 'D', 516, 2)  \
    X(NGN, 'N', 'G', 'N', 566, 2)  \
    X(NIO, 'N', 'I', 'O', 558, 2)  \
    X(NOK, 'N', 'O', 'K', 578, 2)  \
    X(NPR, 'N', 'P', 'R', 524, 2)  \
    X(NZD, 'N', 'Z', 'D', 554, 2)  \
    X(OMR, 'O', 'M', 'R', 512, 3)  \
    X(PAB, 'P', 'A', 'B', 590, 2)  \
    X(PEN, 'P', 'E', 'N', 604, 2)  \
    X(PGK, 'P', 'G', 'K', 598, 2)  \
    X(PHP, 'P', 'H', 'P', 608, 2)  \
    X(PKR, 'P', 'K', 'R', 586, 2)  \
    X(PLN, 'P', 'L', 'N', 985, 2)  \
    X(PYG, 'P', 'Y', 'G', 600, 0)  \
    X(QAR, 'Q', 'A', 'R', 634, 2)  \
    X(RON, 'R', 'O', 'N', 946, 2)  \
    X(RSD, 'R', 'S', 'D', 941, 2)  \
    X(RUB, 'R', 'U', 'B', 643, 2)  \
    X(RWF, 'R', 'W', 'F', 646, 0)  \
    X(SAR, 'S', 'A', 'R', 682, 2)  \
    X(SBD, 'S', 'B', 'D', 90, 2)   \
    X(SCR, 'S', 'C', 'R', 690, 2)  \
    X(SDG, 'S', 'D', 'G', 938, 2)  \
    X(SEK, 'S', 'E', 'K', 752, 2)  \
    X(SGD, 'S', 'G', 'D', 702, 2)  \
    X(SHP, 'S', 'H', 'P', 654, 2)  \
    X(SLE, 'S', 'L', 'E', 925, 2)  \
    X(SOS, 'S', 'O', 'S', 706, 2)  \
    X(SRD, 'S', 'R', 'D', 968, 2)  \
    X(SSP, 'S', 'S', 'P', 728, 2)  \
    X(STN, 'S', 'T', 'N', 930, 2)  \
    X(SVC, 'S', 'V', 'C', 222, 2)  \
    X(SYP, 'S', 'Y', 'P', 760, 2)  \
    X(SZL, 'S', 'Z', 'L', 748, 2)  \
    X(THB, 'T', 'H', 'B', 764, 2)  \
    X(TJS, 'T', 'J', 'S', 972, 2)  \
    X(TMT, 'T', 'M', 'T', 934, 2)  \
    X(TND, 'T', 'N', 'D', 788, 3)  \
    X(TOP, 'T', 'O', 'P', 776, 2)  \
    X(TRY, 'T', 'R', 'Y', 949, 2)  \
    X(TTD, 'T', 'T', 'D', 780, 2)  \
    X(TWD, 'T', 'W', 'D', 901, 2)  \
    X(TZS, 'T', 'Z', 'S', 834, 2)  \
    X(UAH, 'U', 'A', 'H', 980, 2)  \
    X(UGX, 'U', 'G', 'X', 800, 0)  \
    X(USD, 'U', 'S', 'D', 840, 2)  \
    X(USN, 'U', 'S', 'N', 997, 2)  \
    X(UYI, 'U', 'Y', 'I', 940, 0)  \
    X(UYU, 'U', 'Y', 'U', 858, 2)  \
    X(UYW, 'U', 'Y', 'W', 927, 4)  \
    X(UZS, 'U', 'Z', 'S', 860, 2)  \
    X(VED, 'V', 'E', 'D', 926, 2)  \
    X(VES, 'V', 'E', 'S', 928, 2)  \
    X(VND, 'V', 'N', 'D', 704, 0)  \
    X(VUV, 'V', 'U', 'V', 548, 0)  \
    X(WST, 'W', 'S', 'T', 882, 2)  \
    X(XAD, 'X', 'A', 'D', 396, 2)  \
    X(XAF, 'X', 'A', 'F', 950, 0)  \
    X(XAG, 'X', 'A', 'G', 961, -1) \
    X(XAU, 'X', 'A', 'U', 959, -1) \
    X(XBA, 'X', 'B', 'A', 955, -1) \
    X(XBB, 'X', 'B', 'B', 956, -1) \
    X(XBC, 'X', 'B', 'C', 957, -1) \
    X(XBD, 'X', 'B', 'D', 958, -1) \
    X(XCD, 'X', 'C', 'D', 951, 2)  \
    X(XCG, 'X', 'C', 'G', 532, 2)  \
    X(XDR, 'X', 'D', 'R', 960, -1) \
    X(XOF, 'X', 'O', 'F', 952, 0)  \
    X(XPD, 'X', 'P', 'D', 964, -1) \
    X(XPF, 'X', 'P', 'F', 953, 0)  \
    X(XPT, 'X', 'P', 'T', 962, -1) \
    X(XSU, 'X', 'S', 'U', 994, -1) \
    X(XTS, 'X', 'T', 'S', 963, -1) \
    X(XUA, 'X', 'U', 'A', 965, -1) \
    X(XXX, 'X', 'X', 'X', 999, -1) \
    X(YER, 'Y', 'E', 'R', 886, 2)  \
    X(ZAR, 'Z', 'A', 'R', 710, 2)  \
    X(ZMW, 'Z', 'M', 'W', 967, 2)  \
    X(ZWG, 'Z', 'W', 'G', 924, 2)
/* clang-format on */

#define INDEX_NAME(code, a, b, c, numeric, exponent) INDEX_##code,
#define TABLE_ROW(code, a, b, c, numeric, exponent) {#code, numeric, exponent},
#define BY_ALPHA_ROW(code, a, b, c, numeric, exponent) [ALPHA_SLOT(a, b, c)] = INDEX_##code,
#define BY_NUMERIC_ROW(code, a, b, c, numeric, exponent) [numeric] = INDEX_##code,

#define ALPHA_SLOT(a, b, c) ((((a) - 'A') * 26 + (b) - 'A') * 26 + (c) - 'A')

enum { INDEX_NONE, CURRENCIES(INDEX_NAME) INDEX_COUNT };

_Static_assert(INDEX_COUNT <= UINT8_MAX + 1, "a currency's index is one byte");

const struct rc_currency rc_currencies[] = {{"", 0, -1}, CURRENCIES(TABLE_ROW)};
const size_t rc_currency_count = INDEX_COUNT;

/* Looked up for every record: constant tables that are indexed by the code, so
 * that no thread builds them and none searches. */
static const uint8_t by_alpha[26 * 26 * 26] = {CURRENCIES(BY_ALPHA_ROW)};
static const uint8_t by_numeric[1000] = {CURRENCIES(BY_NUMERIC_ROW)};

uint8_t rc_currency_find(const char *code, size_t length)
{
    if (length != 3)
        return RC_CURRENCY_NONE;
    unsigned a = (unsigned char)code[0];
    unsigned b = (unsigned char)code[1];
    unsigned c = (unsigned char)code[2];
    if (a - 'A' < 26 && b - 'A' < 26 && c - 'A' < 26)
        return by_alpha[ALPHA_SLOT(a, b, c)];
    if (a - '0' < 10 && b - '0' < 10 && c - '0' < 10)
        return by_numeric[(a - '0') * 100 + (b - '0') * 10 + (c - '0')];
    return RC_CURRENCY_NONE;
}

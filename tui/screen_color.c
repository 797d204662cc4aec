#include "tui/screen_internal.h"

#include <math.h>

/* Distances are taken in Oklab (Björn Ottosson, 2020), in which equal steps look
 * equally far. */
struct lab {
    double lightness, a, b;
};

static double linear(int32_t part)
{
    double value = part / 255.0;
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static struct lab lab_of(int32_t rgb)
{
    double r = linear(rgb >> 16 & 255), g = linear(rgb >> 8 & 255), b = linear(rgb & 255);
    double l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    double m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    double s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return (struct lab){
        .lightness = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        .a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        .b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    };
}

static double distance(struct lab x, struct lab y)
{
    double lightness = x.lightness - y.lightness, a = x.a - y.a, b = x.b - y.b;
    return lightness * lightness + a * a + b * b;
}

/* The colours of a palette as xterm has them. The first sixteen are only a guess,
 * because users set them; with 256 there is no need to guess. */
static int32_t palette(int index)
{
    static const int32_t first[16] = {0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD,
                                      0x00CDCD, 0xE5E5E5, 0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00,
                                      0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF};
    static const int32_t step[6] = {0, 95, 135, 175, 215, 255};
    if (index < 16)
        return first[index];
    if (index >= 232)
        return (8 + 10 * (index - 232)) * 0x010101;
    index -= 16;
    return step[index / 36] << 16 | step[index / 6 % 6] << 8 | step[index % 6];
}

/* Made once: a theme asks for some fifty nearest colours. */
static const struct lab *palette_labs(void)
{
    static struct lab labs[256];
    static bool made;
    for (int i = 0; i < 256 && !made; i++)
        labs[i] = lab_of(palette(i));
    made = true;
    return labs;
}

int rc_color_nearest(int32_t rgb, int colors)
{
    if (rgb == RC_COLOR_DEFAULT)
        return RC_COLOR_DEFAULT;
    if (colors >= RC_COLORS_DIRECT) /* 1 to 7 would be taken for the palette's */
        return rgb > 0 && rgb < 8 ? 8 : rgb;
    int first = colors >= 256 ? 16 : 0;
    int end = colors >= 256 ? 256 : colors >= 16 ? 16 : 8;
    int best = first;
    const struct lab *labs = palette_labs();
    struct lab wanted = lab_of(rgb);
    double least = HUGE_VAL;
    for (int i = first; i < end; i++) {
        double far = distance(wanted, labs[i]);
        if (far < least) {
            least = far;
            best = i;
        }
    }
    return best;
}

static double luminance(int32_t rgb)
{
    return 0.2126 * linear(rgb >> 16 & 255) + 0.7152 * linear(rgb >> 8 & 255) +
           0.0722 * linear(rgb & 255);
}

double rc_color_contrast(int32_t a, int32_t b)
{
    double first = luminance(a), second = luminance(b);
    double light = first > second ? first : second, dark = first > second ? second : first;
    return (light + 0.05) / (dark + 0.05);
}

int32_t rc_color_readable(int32_t background)
{
    if (background == RC_COLOR_DEFAULT)
        return RC_COLOR_DEFAULT;
    return rc_color_contrast(0xFFFFFF, background) >= rc_color_contrast(0x000000, background)
               ? 0xFFFFFF
               : 0x000000;
}

/* Few colours may bring text and background too near to each other. */
void rc_color_pair(int32_t foreground, int32_t background, int colors, int *front, int *back)
{
    *front = rc_color_nearest(foreground, colors);
    *back = rc_color_nearest(background, colors);
    if (colors >= 256 || foreground == RC_COLOR_DEFAULT || background == RC_COLOR_DEFAULT)
        return;
    double wanted = rc_color_contrast(foreground, background);
    double got = rc_color_contrast(palette(*front), palette(*back));
    if (*front == *back || (wanted >= 3 && got < 3))
        *front = rc_color_nearest(rc_color_readable(palette(*back)), colors);
}

struct rc_style rc_style_within(const struct rc_theme *theme, enum rc_role role,
                                enum rc_role around)
{
    enum { LEAST_CONTRAST_TENTHS = 45 };
    const struct rc_style *outer = &theme->role[around], *normal = &theme->role[RC_ROLE_NORMAL];
    struct rc_style style = theme->role[role];
    if (style.background != normal->background || style.reverse)
        return style;
    style.background = outer->background;
    style.reverse = outer->reverse;
    bool known = style.foreground != RC_COLOR_DEFAULT && style.background != RC_COLOR_DEFAULT;
    if (!known ||
        rc_color_contrast(style.foreground, style.background) * 10 < LEAST_CONTRAST_TENTHS)
        style.foreground = outer->foreground;
    return style;
}

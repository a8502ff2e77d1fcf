package dev.heddle.model.check;

import java.util.regex.Pattern;

/// IP addresses and ranges, without a look at any name service.
public final class Addresses {
    private static final String OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private static final Pattern V4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
    private static final Pattern GROUP = Pattern.compile("[0-9a-fA-F]{1,4}");

    private Addresses() {}

    static boolean isIp(String text) {
        return V4.matcher(text).matches() || isV6(text);
    }

    /// An address, or a range as `10.0.0.0/8`.
    public static boolean isRange(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return isIp(text);
        }
        String address = text.substring(0, slash);
        String bits = text.substring(slash + 1);
        int max = address.indexOf(':') < 0 ? 32 : 128;
        return isIp(address) && Pattern.matches("\\d{1,3}", bits) && Integer.parseInt(bits) <= max;
    }

    /// RFC 4291 section 2.2.
    private static boolean isV6(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return false;
        }
        if (gap < 0) {
            return groups(text) == 8;
        }
        int before = groups(text.substring(0, gap));
        int after = groups(text.substring(gap + 2));
        return before >= 0 && after >= 0 && before + after < 8;
    }

    /// How many groups of 16 bits; -1 if there is anything else.
    private static int groups(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        int count = 0;
        String[] parts = text.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            if (i == parts.length - 1 && V4.matcher(parts[i]).matches()) {
                count += 2;
            } else if (GROUP.matcher(parts[i]).matches()) {
                count++;
            } else {
                return -1;
            }
        }
        return count;
    }
}

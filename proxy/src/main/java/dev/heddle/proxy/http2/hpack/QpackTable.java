package dev.heddle.proxy.http2.hpack;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// The 99 fields that both sides of HTTP/3 know from the start (RFC 9204, appendix A). Indices
/// count from 0; fields of one name are not all in a row.
final class QpackTable {
    /// What [#find] says where there is none.
    static final int NONE = -1;

    private static final List<String> FIELDS =
            """
            :authority
            :path /
            age 0
            content-disposition
            content-length 0
            cookie
            date
            etag
            if-modified-since
            if-none-match
            last-modified
            link
            location
            referer
            set-cookie
            :method CONNECT
            :method DELETE
            :method GET
            :method HEAD
            :method OPTIONS
            :method POST
            :method PUT
            :scheme http
            :scheme https
            :status 103
            :status 200
            :status 304
            :status 404
            :status 503
            accept */*
            accept application/dns-message
            accept-encoding gzip, deflate, br
            accept-ranges bytes
            access-control-allow-headers cache-control
            access-control-allow-headers content-type
            access-control-allow-origin *
            cache-control max-age=0
            cache-control max-age=2592000
            cache-control max-age=604800
            cache-control no-cache
            cache-control no-store
            cache-control public, max-age=31536000
            content-encoding br
            content-encoding gzip
            content-type application/dns-message
            content-type application/javascript
            content-type application/json
            content-type application/x-www-form-urlencoded
            content-type image/gif
            content-type image/jpeg
            content-type image/png
            content-type text/css
            content-type text/html;charset=utf-8
            content-type text/plain
            content-type text/plain;charset=utf-8
            range bytes=0-
            strict-transport-security max-age=31536000
            strict-transport-security max-age=31536000;includesubdomains
            strict-transport-security max-age=31536000;includesubdomains;preload
            vary accept-encoding
            vary origin
            x-content-type-options nosniff
            x-xss-protection 1; mode=block
            :status 100
            :status 204
            :status 206
            :status 302
            :status 400
            :status 403
            :status 421
            :status 425
            :status 500
            accept-language
            access-control-allow-credentials FALSE
            access-control-allow-credentials TRUE
            access-control-allow-headers *
            access-control-allow-methods get
            access-control-allow-methods get, post, options
            access-control-allow-methods options
            access-control-expose-headers content-length
            access-control-request-headers content-type
            access-control-request-method get
            access-control-request-method post
            alt-svc clear
            authorization
            content-security-policy script-src 'none';object-src 'none';base-uri 'none'
            early-data 1
            expect-ct
            forwarded
            if-range
            origin
            purpose prefetch
            server
            timing-allow-origin *
            upgrade-insecure-requests 1
            user-agent
            x-forwarded-for
            x-frame-options deny
            x-frame-options sameorigin
            """
                    .lines()
                    .toList();

    static final int SIZE = FIELDS.size();

    private static final byte[][] NAME = new byte[SIZE][];
    private static final byte[][] VALUE = new byte[SIZE][];
    private static final int[] HASH = new int[SIZE];
    private static final FieldKind[] KIND = new FieldKind[SIZE];

    /// The next field of the same name, by the index of one.
    private static final int[] NEXT = new int[SIZE];

    private static final int SLOTS = 256;

    /// The first index of each name, by the name's hash.
    private static final int[] FIRST = new int[SLOTS];

    static {
        Arrays.fill(FIRST, NONE);
        Arrays.fill(NEXT, NONE);
        for (int index = 0; index < SIZE; index++) {
            String field = FIELDS.get(index);
            int space = field.indexOf(' ');
            String name = space < 0 ? field : field.substring(0, space);
            String value = space < 0 ? "" : field.substring(space + 1);
            NAME[index] = name.getBytes(StandardCharsets.US_ASCII);
            VALUE[index] = value.getBytes(StandardCharsets.US_ASCII);
            HASH[index] = name.hashCode();
            KIND[index] = FieldKind.of(NAME[index], 0, NAME[index].length, HASH[index]);
            int before = find(NAME[index], 0, NAME[index].length, HASH[index]);
            if (before == NONE) {
                int slot = slot(HASH[index]);
                while (FIRST[slot] != NONE) {
                    slot = slot + 1 & SLOTS - 1;
                }
                FIRST[slot] = index;
            } else {
                while (NEXT[before] != NONE) {
                    before = NEXT[before];
                }
                NEXT[before] = index;
            }
        }
    }

    private QpackTable() {}

    static byte[] name(int index) {
        return NAME[index];
    }

    static byte[] value(int index) {
        return VALUE[index];
    }

    static int hash(int index) {
        return HASH[index];
    }

    static FieldKind kind(int index) {
        return KIND[index];
    }

    /// The index of the first field of that name, or [#NONE].
    static int find(byte[] text, int at, int length, int hash) {
        int slot = slot(hash);
        for (int index = FIRST[slot]; index != NONE; index = FIRST[slot]) {
            if (HASH[index] == hash
                    && Arrays.equals(NAME[index], 0, NAME[index].length, text, at, at + length)) {
                return index;
            }
            slot = slot + 1 & SLOTS - 1;
        }
        return NONE;
    }

    /// The index of the field with that value, or [#NONE].
    ///
    /// @param first of the fields of its name, or [#NONE]
    static int findValue(int first, byte[] text, int at, int length) {
        for (int index = first; index != NONE; index = NEXT[index]) {
            byte[] value = VALUE[index];
            if (Arrays.equals(value, 0, value.length, text, at, at + length)) {
                return index;
            }
        }
        return NONE;
    }

    private static int slot(int hash) {
        return (hash ^ hash >>> 8 ^ hash >>> 16) & SLOTS - 1;
    }
}

package dev.heddle.proxy.http2.hpack;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The Huffman code of RFC 7541, appendix B.
///
/// The code is canonical: among codes of one length, symbols are in order, and each length goes on
/// where the shorter one ended. So the 257 lengths say everything, and the codes and the decoder's
/// tables are computed from them. Decoding looks at twelve bits at a time, which nearly always hold
/// two symbols.
final class Huffman {
    /// The length of each symbol's code in bits, as a digit of base 36; the last is that of EOS.
    private static final String LENGTHS =
            "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca"
                    + "d67777777777777777777777878djde6f56565666577666567655677777fbeds"
                    + "kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn"
                    + "qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq"
                    + "u";

    private static final int EOS = 256;
    private static final int MAX_LENGTH = 30;

    /// What [#decode] returns for a text that the code does not have.
    static final int INVALID = -1;

    /// What [#decode] returns if the text is longer than there is room.
    static final int TOO_LONG = -2;

    private static final byte[] BITS = bits();
    private static final int[] CODES = new int[EOS + 1];

    /// The symbols in the order of their codes; for each length the place of its first symbol
    /// there, and that symbol's code.
    private static final int[] BY_CODE = new int[EOS + 1];

    private static final int[] FIRST_PLACE = new int[MAX_LENGTH + 2];
    private static final int[] FIRST_CODE = new int[MAX_LENGTH + 1];

    static {
        int code = 0;
        int place = 0;
        for (int length = 1; length <= MAX_LENGTH; length++) {
            code <<= 1;
            FIRST_CODE[length] = code;
            FIRST_PLACE[length] = place;
            for (int symbol = 0; symbol <= EOS; symbol++) {
                if (BITS[symbol] == length) {
                    CODES[symbol] = code++;
                    BY_CODE[place++] = symbol;
                }
            }
        }
        FIRST_PLACE[MAX_LENGTH + 1] = place;
    }

    /// How many bits the decoder looks at in one step: two of the usual symbols, which have five or
    /// six.
    private static final int LOOK = 12;

    /// What the next bits begin with: one symbol that they hold whole, or two. 0 where the first
    /// code is longer than a look.
    private static final int[] LOOKS = looks();

    private static final int SECOND_SHIFT = 8;
    private static final int FIRST_BITS_SHIFT = 16;
    private static final int ALL_BITS_SHIFT = 20;
    private static final int COUNT_SHIFT = 24;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Huffman() {}

    private static byte[] bits() {
        var bits = new byte[EOS + 1];
        for (int symbol = 0; symbol <= EOS; symbol++) {
            bits[symbol] = (byte) Character.digit(LENGTHS.charAt(symbol), 36);
        }
        return bits;
    }

    /// How many bytes the text takes when encoded.
    static int encodedLength(byte[] text, int from, int length) {
        long bits = 0;
        for (int i = from; i < from + length; i++) {
            bits += BITS[text[i] & 0xff];
        }
        return (int) ((bits + 7) >>> 3);
    }

    /// Encodes a text.
    ///
    /// @return the position behind what was written
    static int encode(byte[] text, int from, int length, byte[] out, int outAt) {
        long pending = 0;
        int pendingBits = 0;
        int at = outAt;
        for (int i = from; i < from + length; i++) {
            int symbol = text[i] & 0xff;
            pending = pending << BITS[symbol] | CODES[symbol];
            pendingBits += BITS[symbol];
            while (pendingBits >= 8) {
                pendingBits -= 8;
                out[at++] = (byte) (pending >>> pendingBits);
            }
        }
        if (pendingBits > 0) {
            out[at++] = (byte) (pending << (8 - pendingBits) | 0xff >>> pendingBits);
        }
        return at;
    }

    /// Decodes a text.
    ///
    /// @return the position behind what was written, [#INVALID] or [#TOO_LONG]
    static int decode(byte[] in, int from, int to, byte[] out, int outAt) {
        // The next bits, the first one on top; those behind the known ones are zeros.
        long bits = 0;
        int known = 0;
        int next = from;
        int at = outAt;
        while (true) {
            if (known < MAX_LENGTH) {
                if (next + Long.BYTES <= to) {
                    long more = (long) LONG.get(in, next);
                    bits |= more >>> known;
                    int taken = (Long.SIZE - 1 - known) >>> 3;
                    next += taken;
                    known += taken << 3;
                    // What a byte more would have begun with is read again next time.
                    bits &= -1L << (Long.SIZE - known);
                } else {
                    while (next < to && known <= Long.SIZE - Byte.SIZE) {
                        bits |= (in[next++] & 0xffL) << (Long.SIZE - Byte.SIZE - known);
                        known += Byte.SIZE;
                    }
                }
            }
            int look = LOOKS[(int) (bits >>> (Long.SIZE - LOOK))];
            int length = look >>> ALL_BITS_SHIFT & 15;
            if (look != 0 && length <= known && at + 2 <= out.length) {
                out[at] = (byte) look;
                out[at + 1] = (byte) (look >>> SECOND_SHIFT);
                at += look >>> COUNT_SHIFT;
                bits <<= length;
                known -= length;
                continue;
            }
            // One symbol at a time: a rare one, or near the end of text or room.
            length = look >>> FIRST_BITS_SHIFT & 15;
            int symbol = look & 0xff;
            if (look == 0) {
                symbol = rare(bits);
                length = BITS[symbol];
            }
            if (length > known) {
                return isPadding(bits, known) ? at : INVALID;
            }
            if (symbol == EOS) {
                return INVALID;
            }
            if (at == out.length) {
                return TOO_LONG;
            }
            out[at++] = (byte) symbol;
            bits <<= length;
            known -= length;
        }
    }

    /// Whether the last bits of a text are the beginning of EOS, and less than a byte.
    private static boolean isPadding(long bits, int known) {
        return known < Byte.SIZE && bits == ~(-1L >>> known);
    }

    /// The symbol that bits begin with, whose code is longer than a look: codes of one length are
    /// in a row, above those of shorter ones.
    private static int rare(long bits) {
        int length = LOOK;
        int place;
        do {
            length++;
            place = (int) (bits >>> (Long.SIZE - length)) - FIRST_CODE[length];
        } while (place >= FIRST_PLACE[length + 1] - FIRST_PLACE[length]);
        return BY_CODE[FIRST_PLACE[length] + place];
    }

    private static int[] looks() {
        var looks = new int[1 << LOOK];
        for (int first = 0; first < EOS; first++) {
            int bits = BITS[first];
            if (bits > LOOK) {
                continue;
            }
            int one = 1 << COUNT_SHIFT | bits << ALL_BITS_SHIFT | bits << FIRST_BITS_SHIFT | first;
            int from = CODES[first] << (LOOK - bits);
            Arrays.fill(looks, from, from + (1 << (LOOK - bits)), one);
            for (int second = 0; second < EOS; second++) {
                int both = bits + BITS[second];
                if (both <= LOOK) {
                    int at = from | CODES[second] << (LOOK - both);
                    int two =
                            2 << COUNT_SHIFT
                                    | both << ALL_BITS_SHIFT
                                    | bits << FIRST_BITS_SHIFT
                                    | second << SECOND_SHIFT
                                    | first;
                    Arrays.fill(looks, at, at + (1 << (LOOK - both)), two);
                }
            }
        }
        return looks;
    }
}

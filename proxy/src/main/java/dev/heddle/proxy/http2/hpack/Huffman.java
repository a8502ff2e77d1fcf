package dev.heddle.proxy.http2.hpack;

/// The Huffman code of RFC 7541, appendix B.
///
/// The code is canonical: among codes of one length, symbols are in order, and each length goes on
/// where the shorter one ended. So the 257 lengths say everything, and the codes and the decoder's
/// table are computed from them. Decoding takes four bits at a time: no code is shorter than five
/// bits, so a step yields at most one symbol.
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
    private static final int[] CODES = codes();

    /// A step of the decoder by state and four bits: next state above, then whether a symbol comes
    /// out, then the symbol. 0 is no step: state 0 is reached with a symbol only.
    private static final int[] STEPS;

    /// Whether a text may end in a state: seven bits of EOS at most, all ones.
    private static final boolean[] MAY_END;

    private static final int EMITS = 1 << 8;
    private static final int FAILS = 1 << 9;
    private static final int STATE_SHIFT = 10;

    static {
        var tree = new Tree();
        STEPS = tree.steps();
        MAY_END = tree.ends();
    }

    private Huffman() {}

    private static byte[] bits() {
        var bits = new byte[EOS + 1];
        for (int symbol = 0; symbol <= EOS; symbol++) {
            bits[symbol] = (byte) Character.digit(LENGTHS.charAt(symbol), 36);
        }
        return bits;
    }

    private static int[] codes() {
        var codes = new int[EOS + 1];
        int code = 0;
        for (int length = 1; length <= MAX_LENGTH; length++) {
            code <<= 1;
            for (int symbol = 0; symbol <= EOS; symbol++) {
                if (BITS[symbol] == length) {
                    codes[symbol] = code++;
                }
            }
        }
        return codes;
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
        int state = 0;
        int at = outAt;
        for (int i = from; i < to; i++) {
            for (int shift = 4; shift >= 0; shift -= 4) {
                int step = STEPS[state << 4 | (in[i] >>> shift & 15)];
                if ((step & (EMITS | FAILS)) != 0) {
                    if ((step & FAILS) != 0) {
                        return INVALID;
                    }
                    if (at == out.length) {
                        return TOO_LONG;
                    }
                    out[at++] = (byte) step;
                }
                state = step >>> STATE_SHIFT;
            }
        }
        return MAY_END[state] ? at : INVALID;
    }

    /// The code as a binary tree, used once to compute the decoder's table. A node is a number from
    /// 0, the root; its children are nodes, or symbols as negative numbers.
    private static final class Tree {
        private final int[] children = new int[2 * EOS + 2];
        private final int[] depth = new int[EOS + 1];
        private final boolean[] allOnes = new boolean[EOS + 1];

        Tree() {
            int nodes = 1;
            allOnes[0] = true;
            for (int symbol = 0; symbol <= EOS; symbol++) {
                int node = 0;
                for (int bit = BITS[symbol] - 1; bit > 0; bit--) {
                    int one = CODES[symbol] >>> bit & 1;
                    if (children[2 * node + one] == 0) {
                        depth[nodes] = depth[node] + 1;
                        allOnes[nodes] = allOnes[node] && one == 1;
                        children[2 * node + one] = nodes++;
                    }
                    node = children[2 * node + one];
                }
                children[2 * node + (CODES[symbol] & 1)] = -1 - symbol;
            }
        }

        int[] steps() {
            var steps = new int[depth.length << 4];
            for (int from = 0; from < depth.length; from++) {
                for (int bits = 0; bits < 16; bits++) {
                    steps[from << 4 | bits] = step(from, bits);
                }
            }
            return steps;
        }

        private int step(int from, int bits) {
            int node = from;
            int out = 0;
            for (int bit = 3; bit >= 0; bit--) {
                int child = children[2 * node + (bits >>> bit & 1)];
                if (child == -1 - EOS) {
                    return FAILS;
                }
                if (child < 0) {
                    out = EMITS | (-1 - child);
                    node = 0;
                } else {
                    node = child;
                }
            }
            return node << STATE_SHIFT | out;
        }

        boolean[] ends() {
            var ends = new boolean[depth.length];
            for (int node = 0; node < ends.length; node++) {
                ends[node] = allOnes[node] && depth[node] < 8;
            }
            return ends;
        }
    }
}

package dev.heddle.proxy.dns;

import dev.heddle.proxy.runtime.Confined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Answers of other servers, kept for as long as they say; those that were asked for least lately
/// go first when there are too many.
@Confined("worker")
final class AnswerCache {
    /// So many at most, and so many bytes of them.
    static final int MOST = 1_024;

    static final int MOST_BYTES = 1 << 19;

    /// A longer answer is not kept.
    private static final int LONGEST = 4_096;

    /// That there is no such name, or no such record, is not kept for longer.
    private static final int LONGEST_NEGATIVE_SECONDS = 30;

    private static final int LONGEST_SECONDS = 3_600;

    private final LinkedHashMap<Key, Kept> kept = new LinkedHashMap<>(64, 0.75f, true);
    private int bytes;

    /// What makes answers differ.
    ///
    /// @param bits of the question's flags, and whether it knows extensions
    private record Key(String name, int type, int kind, int bits, boolean isExtended) {
        static Key of(Question question) {
            int bits = Question.RECURSION_DESIRED | Question.CHECKING_DISABLED;
            return new Key(
                    question.name(),
                    question.type(),
                    question.kind(),
                    question.flags() & bits,
                    question.isExtended());
        }
    }

    /// An answer that is kept.
    private static final class Kept {
        private final byte[] message;

        /// Where times to live stand, of all records that have one.
        private final List<Integer> ttls;

        private final long fromNanos;
        private final long untilNanos;

        Kept(byte[] message, List<Integer> ttls, long fromNanos, long untilNanos) {
            this.message = message;
            this.ttls = ttls;
            this.fromNanos = fromNanos;
            this.untilNanos = untilNanos;
        }
    }

    int size() {
        return kept.size();
    }

    int bytes() {
        return bytes;
    }

    /// The answer to a question, as if it had just come; empty where there is none (any more).
    Optional<byte[]> find(Question question, long nowNanos) {
        Key key = Key.of(question);
        Kept found = kept.get(key);
        if (found == null) {
            return Optional.empty();
        }
        if (nowNanos - found.untilNanos >= 0) {
            remove(key, found);
            return Optional.empty();
        }
        byte[] answer = found.message.clone();
        answer[0] = (byte) (question.id() >>> 8);
        answer[1] = (byte) question.id();
        // With the case of letters that this client chose.
        byte[] section = question.sectionBytes();
        System.arraycopy(section, 0, answer, Question.HEADER, section.length);
        long age = TimeUnit.NANOSECONDS.toSeconds(nowNanos - found.fromNanos);
        for (int at : found.ttls) {
            write(answer, at, Math.max(0, ttl(answer, at) - age));
        }
        return Optional.of(answer);
    }

    /// Keeps an answer if it may be kept.
    void add(Question question, byte[] answer, long nowNanos) {
        int code = Question.two(answer, 2) & 0xf;
        boolean isTruncated = (Question.two(answer, 2) & Question.TRUNCATED) != 0;
        boolean mayBeKept = code == 0 || code == Question.NO_SUCH_NAME;
        if (!mayBeKept || isTruncated || answer.length > LONGEST) {
            return;
        }
        var ttls = new ArrayList<Integer>();
        long seconds = seconds(answer, Question.HEADER + question.section().length(), ttls);
        if (seconds <= 0) {
            return;
        }
        Key key = Key.of(question);
        Kept before = kept.get(key);
        if (before != null) {
            remove(key, before);
        }
        kept.put(
                key,
                new Kept(
                        answer.clone(),
                        List.copyOf(ttls),
                        nowNanos,
                        nowNanos + TimeUnit.SECONDS.toNanos(seconds)));
        bytes += answer.length;
        while (kept.size() > MOST || bytes > MOST_BYTES) {
            var eldest = kept.firstEntry();
            remove(eldest.getKey(), eldest.getValue());
        }
    }

    private void remove(Key key, Kept value) {
        kept.remove(key);
        bytes -= value.message.length;
    }

    /// For how long it may be kept; 0 for not at all, as where a record is not whole.
    private static long seconds(byte[] answer, int from, List<Integer> ttls) {
        int answers = Question.two(answer, 6);
        int all = answers + Question.two(answer, 8) + Question.two(answer, 10);
        boolean isNegative = answers == 0;
        long least = isNegative ? 0 : LONGEST_SECONDS;
        int at = from;
        for (int i = 0; i < all; i++) {
            Question.ResourceRecord next = Question.ResourceRecord.read(answer, at);
            if (next == null) {
                return 0;
            }
            at = next.end();
            if (next.type() == Question.OPT) {
                continue;
            }
            ttls.add(next.ttlAt());
            long ttl = ttl(answer, next.ttlAt());
            if (isNegative && next.type() == Question.SOA && next.end() - next.dataAt() >= 20) {
                // The last of its numbers (RFC 2308 section 5).
                long minimum = Math.min(ttl, ttl(answer, next.end() - 4));
                least = Math.min(minimum, LONGEST_NEGATIVE_SECONDS);
            } else if (!isNegative && i < answers) {
                least = Math.min(least, ttl);
            }
        }
        return least;
    }

    /// One with its highest bit set counts as none (RFC 2181 section 8).
    private static long ttl(byte[] message, int at) {
        long value = (long) Question.two(message, at) << 16 | Question.two(message, at + 2);
        return value > Integer.MAX_VALUE ? 0 : value;
    }

    private static void write(byte[] message, int at, long value) {
        for (int i = 0; i < 4; i++) {
            message[at + i] = (byte) (value >>> (24 - 8 * i));
        }
    }
}

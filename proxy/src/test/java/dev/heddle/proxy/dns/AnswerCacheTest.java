package dev.heddle.proxy.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AnswerCacheTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final AnswerCache cache = new AnswerCache();

    private static Question question(String name, int id) {
        var bytes = new ByteArrayOutputStream();
        bytes.write(id >>> 8);
        bytes.write(id);
        bytes.writeBytes(HexFormat.of().parseHex("01000001000000000000"));
        for (String label : name.split("\\.", -1)) {
            bytes.write(label.length());
            bytes.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        bytes.writeBytes(HexFormat.of().parseHex("0000010001"));
        return ((Question.Read.Asked) Question.read(bytes.toByteArray())).question();
    }

    /// @param records after the question
    private static byte[] answer(
            Question of, int flags, int answers, int authority, String records) {
        var bytes = new ByteArrayOutputStream();
        for (int two : new int[] {of.id(), flags, 1, answers, authority, 0}) {
            bytes.write(two >>> 8);
            bytes.write(two);
        }
        bytes.writeBytes(of.sectionBytes());
        bytes.writeBytes(HexFormat.of().parseHex(records));
        return bytes.toByteArray();
    }

    private static String address(int ttl) {
        return "c00c00010001%08x000409090909".formatted(ttl);
    }

    @Test
    void anAnswerIsKeptForAsLongAsItSaysAndGrowsOlder() {
        Question first = question("WWW.example.org", 1);
        cache.add(first, answer(first, 0x8180, 2, 0, address(60) + address(20)), 0);
        Question again = question("www.EXAMPLE.org", 2);
        byte[] answer = cache.find(again, 5 * SECOND).orElseThrow();
        assertThat(Question.two(answer, 0)).isEqualTo(2);
        assertThat(again.isOf(answer)).isTrue();
        String text = HexFormat.of().formatHex(answer);
        assertThat(text)
                .contains(HexFormat.of().formatHex(again.sectionBytes()))
                .contains(address(55))
                .contains(address(15));
        assertThat(cache.find(again, 20 * SECOND)).isEmpty();
        assertThat(cache.bytes()).isZero();
    }

    @Test
    void thatThereIsNoneIsKeptAsItsAuthoritySays() {
        Question question = question("nobody.example.org", 1);
        String start = "c00c00060001%08x0016" + "00" + "00" + "00000001".repeat(4) + "%08x";
        cache.add(question, answer(question, 0x8183, 0, 1, start.formatted(600, 7)), 0);
        assertThat(cache.find(question, 6 * SECOND)).isPresent();
        assertThat(cache.find(question, 7 * SECOND)).isEmpty();
        cache.add(question, answer(question, 0x8183, 0, 0, ""), 0);
        assertThat(cache.find(question, 0)).isEmpty();
    }

    @Test
    void whatIsBrokenOrCutOrAFailureIsNotKept() {
        Question question = question("www.example.org", 1);
        cache.add(question, answer(question, 0x8182, 1, 0, address(60)), 0);
        cache.add(question, answer(question, 0x8380, 1, 0, address(60)), 0);
        cache.add(question, answer(question, 0x8180, 2, 0, address(60)), 0);
        cache.add(question, answer(question, 0x8180, 1, 0, address(0)), 0);
        assertThat(cache.size()).isZero();
    }

    @Test
    void itNeverHasMoreThanItsBound() {
        for (int i = 0; i < 3 * AnswerCache.MOST; i++) {
            Question question = question("h" + i + ".example.org", 1);
            cache.add(question, answer(question, 0x8180, 40, 0, address(60).repeat(40)), 0);
            assertThat(cache.size()).isLessThanOrEqualTo(AnswerCache.MOST);
            assertThat(cache.bytes()).isLessThanOrEqualTo(AnswerCache.MOST_BYTES);
        }
        assertThat(cache.find(question("h0.example.org", 1), 0)).isEmpty();
        assertThat(cache.find(question("h3071.example.org", 1), 0)).isPresent();
    }

    @Test
    void serversAreReadFromTheMachinesFile() {
        assertThat(
                        ResolvConf.servers(
                                List.of(
                                        "# nameserver 10.0.0.9",
                                        "search shop.svc.cluster.local",
                                        "nameserver 10.0.0.1",
                                        "nameserver  fd00::1  ",
                                        "nameserver somebody",
                                        "options ndots:5")))
                .extracting(server -> server.getAddress().getHostAddress() + " " + server.getPort())
                .containsExactly("10.0.0.1 53", "fd00:0:0:0:0:0:0:1 53");
    }
}

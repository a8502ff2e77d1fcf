package dev.heddle.proxy.filter.extauthz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.filter.extauthz.Answer.HeaderChange;
import dev.heddle.proxy.filter.extauthz.Answer.Parameter;
import dev.heddle.proxy.filter.extauthz.Answer.Way;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditsTest {
    private static RequestHead request() {
        RequestHead head = RequestHead.of("GET", "http", "a.test", "/p?z=1&drop=2&b=3");
        head.headers().add(HeaderName.of("x-a"), "1");
        head.headers().add(HeaderName.of("x-a"), "2");
        head.headers().add(HeaderName.of("x-gone"), "gone");
        head.headers().add(HeaderName.of("content-length"), "5");
        return head;
    }

    private static Answer.Allowed answer(
            List<HeaderChange> changes, List<String> removed, List<Parameter> query) {
        return new Answer.Allowed(changes, removed, query, List.of("drop"), List.of(), Map.of());
    }

    @Test
    void everyChangeIsMade() {
        RequestHead head = request();
        assertThat(
                        Edits.make(
                                answer(
                                        List.of(
                                                new HeaderChange("X-New", "new", Way.SET),
                                                new HeaderChange("x-a", "3", Way.APPEND),
                                                new HeaderChange("x-none", "4", Way.APPEND),
                                                new HeaderChange("x-gone", "5", Way.ADD),
                                                new HeaderChange(":method", "PUT", Way.SET),
                                                new HeaderChange("host", "b.test", Way.SET)),
                                        List.of("x-gone", "host", ":path", "no name"),
                                        List.of(new Parameter("b", "set"), new Parameter("c", ""))),
                                head))
                .isTrue();
        assertThat(head.toString())
                .isEqualTo(
                        """
                        PUT /p?b=set&c=&z=1 (b.test)
                        x-a: 1,2,3
                        content-length: 5
                        x-new: new
                        """);
    }

    /// Bytes that would end a line, names that are none, paths that are none: nothing of the answer
    /// is done then.
    @ParameterizedTest
    @CsvSource({
        "x-a, 'a\r\nx-b: b'",
        "x-a, 'a\u0000'",
        "'x a', a",
        "'x-a: b\r\nc', a",
        "'', a",
        ":path, nowhere",
        ":path, '/a b'",
        ":path, '/a\r\nx: y'",
        ":method, 'GET /'",
        ":authority, 'a b'",
        "host, ''",
        ":scheme, ftp",
        ":status, 200",
    })
    void whatMayNotBeSaidMakesTheAnswerInvalid(String name, String value) {
        RequestHead head = request();
        String before = head.toString();
        assertThat(
                        Edits.make(
                                answer(
                                        List.of(
                                                new HeaderChange("x-good", "1", Way.SET),
                                                new HeaderChange(name, value, Way.SET)),
                                        List.of(),
                                        List.of()),
                                head))
                .isFalse();
        assertThat(head.toString()).isEqualTo(before);
        assertThat(
                        name.startsWith(":")
                                || name.equals("host")
                                || !Edits.areSound(List.of(new HeaderChange(name, value, Way.SET))))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"a, 'b c'", "a, 'b#c'", "'a&b', c", "a, 'b\r\nc'", "a, \u00e4"})
    void whatMayNotStandInAQueryMakesTheAnswerInvalid(String name, String value) {
        assertThat(
                        Edits.make(
                                answer(List.of(), List.of(), List.of(new Parameter(name, value))),
                                request()))
                .isFalse();
    }

    @Test
    void nobodySaysHowLongABodyIs() {
        RequestHead head = request();
        assertThat(
                        Edits.make(
                                answer(
                                        List.of(
                                                new HeaderChange("content-length", "9", Way.SET),
                                                new HeaderChange(
                                                        "Transfer-Encoding", "chunked", Way.ADD)),
                                        List.of("content-length"),
                                        List.of()),
                                head))
                .isTrue();
        assertThat(head.headers().getAll(HeaderName.CONTENT_LENGTH)).containsExactly("5");
        assertThat(head.headers().contains(HeaderName.TRANSFER_ENCODING)).isFalse();
    }

    @Test
    void aHeadStaysSmall() {
        assertThat(
                        Edits.make(
                                answer(
                                        List.of(
                                                new HeaderChange(
                                                        "x-huge", "x".repeat(70_000), Way.SET)),
                                        List.of(),
                                        List.of()),
                                request()))
                .isFalse();
        assertThat(Edits.areSound(List.of(new HeaderChange("x-huge", "x".repeat(70_000), Way.ADD))))
                .isFalse();
    }

    @Test
    void bytesThatAreNoUtf8AreToldAsMarks() {
        assertThat(Utf8.of("a\u00c3\u00a4\u00e4\u00ff").toStringUtf8()).isEqualTo("a\u00e4!!");
        assertThat(Utf8.latin("\u00e4")).isEqualTo("\u00c3\u00a4");
    }
}

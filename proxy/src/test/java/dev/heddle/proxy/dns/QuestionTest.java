package dev.heddle.proxy.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuestionTest {
    /// `WeB.shop A`, with an id of 0x1234, recursion desired, and extensions with room for 4,096.
    private static final byte[] EXTENDED =
            HexFormat.of()
                    .parseHex(
                            "123401000001000000000001"
                                    + "03576542"
                                    + "0473686f70"
                                    + "00"
                                    + "00010001"
                                    + "0000291000000000000000");

    private static Question question(byte[] bytes) {
        return ((Question.Read.Asked) Question.read(bytes)).question();
    }

    @Test
    void aNameIsReadInLowerCaseAndItsBytesAreKept() {
        Question question = question(EXTENDED);
        assertThat(question.name()).isEqualTo("web.shop");
        assertThat(question.id()).isEqualTo(0x1234);
        assertThat(question.type()).isEqualTo(Question.A);
        assertThat(question.isExtended()).isTrue();
        assertThat(question.room()).isEqualTo(Question.MOST_ROOM);
        assertThat(HexFormat.of().formatHex(question.sectionBytes())).startsWith("03576542");
    }

    @Test
    void withoutExtensionsThereIsRoomForTheLeast() {
        byte[] plain = Arrays.copyOf(EXTENDED, EXTENDED.length - 11);
        plain[11] = 0;
        assertThat(question(plain).room()).isEqualTo(Question.LEAST_ROOM);
        assertThat(question(plain).isExtended()).isFalse();
    }

    @Test
    void anAnswerIsNotAnswered() {
        byte[] answer = EXTENDED.clone();
        answer[2] |= (byte) 0x80;
        assertThat(Question.read(answer)).isEqualTo(new Question.Read.Nothing());
        assertThat(Question.read(new byte[11])).isEqualTo(new Question.Read.Nothing());
    }

    @Test
    void otherOperationsAndSeveralQuestionsAreRefused() {
        byte[] update = EXTENDED.clone();
        update[2] |= (byte) (5 << 3);
        assertThat(Question.read(update))
                .isEqualTo(new Question.Read.Refused(0x1234, 0x2900, Question.NOT_IMPLEMENTED));
        byte[] two = EXTENDED.clone();
        two[5] = 2;
        assertThat(Question.read(two))
                .isEqualTo(new Question.Read.Refused(0x1234, 0x0100, Question.FORMAT_ERROR));
    }

    @Test
    void aReferenceInAQuestionIsRefused() {
        byte[] loop = EXTENDED.clone();
        loop[12] = (byte) 0xc0;
        loop[13] = 12;
        assertThat(Question.read(loop)).isInstanceOf(Question.Read.Refused.class);
    }

    @Test
    void whateverBytesAreChangedAreReadOrRefused() {
        int asked = 0;
        int refused = 0;
        int nothing = 0;
        for (int at = 0; at < EXTENDED.length; at++) {
            for (int value = 0; value < 256; value++) {
                byte[] changed = EXTENDED.clone();
                changed[at] = (byte) value;
                switch (Question.read(changed)) {
                    case Question.Read.Asked(Question question) -> {
                        asked++;
                        assertThat(Answer.failure(question, Question.SERVER_FAILURE))
                                .hasSizeBetween(12, 512);
                        assertThat(Question.HEADER + question.section().length())
                                .isLessThanOrEqualTo(changed.length);
                    }
                    case Question.Read.Refused it -> {
                        refused++;
                        assertThat(Answer.refusal(it)).hasSize(12);
                    }
                    case Question.Read.Nothing() -> nothing++;
                }
            }
            assertThat(Question.read(Arrays.copyOf(EXTENDED, at)))
                    .isNotInstanceOf(Question.Read.Asked.class);
        }
        assertThat(List.of(asked, refused, nothing)).allMatch(count -> count > 100);
    }

    @Test
    void namesAreFoundThemselvesBelowAWildcardOrWithASearchedEnd() throws Exception {
        InetAddress one = InetAddress.ofLiteral("10.0.0.1");
        InetAddress two = InetAddress.ofLiteral("2001:db8::1");
        var table =
                new NameTable(
                        Map.of(
                                "web.shop", new NameTable.Entry(List.of(one, two), 30),
                                "*.example.com", new NameTable.Entry(List.of(two), 30)),
                        List.of("shop.svc.cluster.local"));
        assertThat(table.find("web.shop").orElseThrow().of(Question.A)).containsExactly(one);
        assertThat(table.find("web.shop").orElseThrow().of(Question.AAAA)).containsExactly(two);
        assertThat(table.find("a.b.example.com").orElseThrow().of(Question.A)).isEmpty();
        assertThat(table.find("example.com")).isEmpty();
        assertThat(table.find("web.shop.shop.svc.cluster.local").orElseThrow().alias())
                .isEqualTo(Optional.of("web.shop"));
        assertThat(table.find("shop.svc.cluster.local")).isEmpty();
    }

    @Test
    void whatHasNoRoomIsLeftOutAndTold() throws Exception {
        var addresses = new ArrayList<InetAddress>();
        for (int i = 0; i < 100; i++) {
            addresses.add(InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) i}));
        }
        Question question = question(EXTENDED);
        byte[] answer = Answer.known(question, addresses, Optional.empty(), 7, 30, 512);
        assertThat(answer).hasSizeBetween(480, 512);
        assertThat(Question.two(answer, 2) & Question.TRUNCATED).isNotZero();
        byte[] whole = Answer.known(question, addresses, Optional.empty(), 7, 30, 65_535);
        assertThat(Question.two(whole, 6)).isEqualTo(100);
        assertThat(Question.two(whole, 2) & Question.TRUNCATED).isZero();
        assertThat(whole[Question.HEADER + question.section().length() + 15]).isEqualTo((byte) 7);
    }
}

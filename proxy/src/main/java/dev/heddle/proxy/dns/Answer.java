package dev.heddle.proxy.dns;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Writes answers.
final class Answer {
    /// A reference to the question's name.
    private static final int QUESTION_NAME = 0xc000 | Question.HEADER;

    private static final int OPT_BYTES = 11;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(128);

    private Answer() {}

    /// What is known of a name.
    ///
    /// @param addresses of the type that is asked for; none where the name has others only
    /// @param first of them that comes first; the others follow in their order
    /// @param ttlSeconds how long it may be remembered
    /// @param room in bytes; what has no room is left out, and the client told so
    static byte[] known(
            Question question,
            List<InetAddress> addresses,
            Optional<String> alias,
            int first,
            int ttlSeconds,
            int room) {
        var records = new Answer();
        int count = 0;
        int left = room - Question.HEADER - question.section().length();
        left -= question.isExtended() ? OPT_BYTES : 0;
        int owner = QUESTION_NAME;
        if (alias.isPresent() && !addresses.isEmpty()) {
            byte[] target = name(alias.get());
            owner = 0xc000 | (Question.HEADER + question.section().length() + 12);
            records.record(QUESTION_NAME, Question.CNAME, ttlSeconds, target);
            count++;
        }
        boolean isWhole = true;
        for (int i = 0; i < addresses.size() && isWhole; i++) {
            byte[] data = addresses.get((first + i) % addresses.size()).getAddress();
            isWhole = records.out.size() + 12 + data.length <= left;
            if (isWhole) {
                records.record(owner, question.type(), ttlSeconds, data);
                count++;
            }
        }
        return message(
                question,
                Question.AUTHORITATIVE | (isWhole ? 0 : Question.TRUNCATED),
                0,
                count,
                records);
    }

    /// There is no answer, and why.
    static byte[] failure(Question question, int code) {
        return message(question, 0, code, 0, new Answer());
    }

    /// It was no question.
    static byte[] refusal(Question.Read.Refused refused) {
        var answer = new Answer();
        answer.header(refused.id(), refused.flags(), 0, refused.code(), 0, 0, 0);
        return answer.out.toByteArray();
    }

    /// That there is more than has room.
    static byte[] truncated(Question question) {
        return message(question, Question.TRUNCATED, 0, 0, new Answer());
    }

    private static byte[] message(
            Question question, int more, int code, int count, Answer records) {
        var answer = new Answer();
        boolean isExtended = question.isExtended();
        answer.header(question.id(), question.flags(), more, code, 1, count, isExtended ? 1 : 0);
        answer.out.writeBytes(question.sectionBytes());
        answer.out.writeBytes(records.out.toByteArray());
        if (isExtended) {
            answer.out.write(0);
            answer.two(Question.OPT);
            answer.two(Question.MOST_ROOM);
            answer.two(0);
            answer.two(0);
            answer.two(0);
        }
        return answer.out.toByteArray();
    }

    private void header(
            int id, int flags, int more, int code, int questions, int answers, int additional) {
        int kept = flags & (0x7800 | Question.RECURSION_DESIRED | Question.CHECKING_DISABLED);
        two(id);
        two(Question.RESPONSE | Question.RECURSION_AVAILABLE | kept | more | code);
        two(questions);
        two(answers);
        two(0);
        two(additional);
    }

    private void record(int owner, int type, int ttlSeconds, byte[] data) {
        two(owner);
        two(type);
        two(Question.INTERNET);
        two(ttlSeconds >>> 16);
        two(ttlSeconds);
        two(data.length);
        out.writeBytes(data);
    }

    private void two(int value) {
        out.write(value >>> 8);
        out.write(value);
    }

    private static byte[] name(String name) {
        var bytes = new ByteArrayOutputStream(name.length() + 2);
        for (String label : name.split("\\.", -1)) {
            bytes.write(label.length());
            bytes.writeBytes(label.getBytes(StandardCharsets.ISO_8859_1));
        }
        bytes.write(0);
        return bytes.toByteArray();
    }
}

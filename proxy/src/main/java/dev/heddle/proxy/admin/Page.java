package dev.heddle.proxy.admin;

import dev.heddle.xds.wire.Bytes;
import java.util.Map;

/// One admin page.
public interface Page {

    /// Answers a request. May be called from several threads at once.
    ///
    /// @param query the parameters, decoded; one without a value has the empty one
    Answer answer(Map<String, String> query);

    /// Answers a request of somebody who says what he understands.
    ///
    /// @param accept the header's value; empty for none
    default Answer answer(Map<String, String> query, String accept) {
        return answer(query);
    }

    /// An answer.
    record Answer(int status, String contentType, Bytes content) {
        /// One that is a text.
        public Answer(int status, String contentType, String body) {
            this(status, contentType, Bytes.utf8(body));
        }

        /// The content of one that is a text.
        public String body() {
            return content.toStringUtf8();
        }

        /// 200, plain text.
        public static Answer text(String body) {
            return new Answer(200, "text/plain; charset=UTF-8", body);
        }

        /// 200, JSON.
        public static Answer json(String body) {
            return new Answer(200, "application/json", body);
        }

        /// An error, in plain text.
        public static Answer error(int status, String body) {
            return new Answer(status, "text/plain; charset=UTF-8", body + "\n");
        }
    }
}

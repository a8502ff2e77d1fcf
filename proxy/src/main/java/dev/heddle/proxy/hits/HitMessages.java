package dev.heddle.proxy.hits;

import dev.heddle.proxy.hits.RuleHits.Hits;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.Message;
import dev.heddle.xds.wire.WireException;
import dev.heddle.xds.wire.WireWriter;
import java.util.List;

/// The messages of `heddle/rule_hits.proto`.
final class HitMessages {
    /// The call, as HTTP/2 names it.
    static final String METHOD = "/heddle.hits.v1.RuleHits/Report";

    private HitMessages() {}

    /// What the first message of a call says.
    ///
    /// @param node id of this proxy
    /// @param run unlike that of any other process
    static byte[] hello(String node, long run) {
        return new WireWriter().text(1, node).fixed64(2, run).toBytes().toByteArray();
    }

    /// @param sequence of the report, from 1
    static byte[] report(long sequence, List<Hits> rules, Answers answers) {
        var out = new WireWriter().number(3, sequence);
        for (Hits hits : rules) {
            out.message(
                    4,
                    new WireWriter()
                            .text(1, hits.rule().resource())
                            .text(2, hits.rule().id())
                            .number(3, hits.hits())
                            .number(4, hits.last()));
        }
        return out.number(5, answers.count()).number(6, answers.errors()).toBytes().toByteArray();
    }

    /// Which report was taken.
    ///
    /// @throws WireException when the bytes are no message
    static long taken(byte[] message) {
        return new Taken(Bytes.of(message)).sequence();
    }

    private static final class Taken extends Message {
        Taken(Bytes bytes) {
            super(bytes);
        }

        long sequence() {
            return number(1);
        }

        @Override
        public String typeName() {
            return "heddle.hits.v1.HitsTaken";
        }

        @Override
        public Message read(Bytes other) {
            return new Taken(other);
        }

        @Override
        protected String schema() {
            return "sequence,1,-n;";
        }
    }
}

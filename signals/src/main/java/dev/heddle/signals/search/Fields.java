package dev.heddle.signals.search;

import dev.heddle.signals.record.FlightEntry;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Signal;
import dev.heddle.signals.record.Span;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;

/// The fields of the index.
final class Fields {
    static final String KIND = "kind";
    static final String TIME = "time";

    /// Of signals of one microsecond, which came later.
    static final String ORDER = "order";

    static final String REQUEST = "request";
    static final String TRACE = "trace";

    /// Each name under which the service, at either end, is asked for.
    static final String SERVICE = "service";

    static final String WORKLOAD = "workload";
    static final String NAMESPACE = "namespace";
    static final String VERSION = "version";
    static final String CODE = "code";
    static final String FLAG = "flag";
    static final String ERROR = "error";
    static final String TEXT = "text";
    static final String BYTES = "bytes";

    /// Number of what a flight recorder was asked for.
    static final String DUMP = "dump";

    static final String LOG = "log";
    static final String REMEMBERED = "remembered";
    static final String SPAN = "span";

    private Fields() {}

    static Document document(Signal signal, long order) {
        var document = new Document();
        document.add(new LongPoint(TIME, signal.timeMicros()));
        document.add(new NumericDocValuesField(TIME, signal.timeMicros()));
        document.add(new NumericDocValuesField(ORDER, order));
        switch (signal) {
            case RequestLog log -> {
                word(document, KIND, LOG);
                add(document, log);
            }
            case FlightEntry entry -> {
                word(document, KIND, REMEMBERED);
                word(document, DUMP, entry.dump());
                add(document, entry.log());
            }
            case Span span -> add(document, span);
        }
        document.add(new StoredField(BYTES, SignalBytes.write(signal)));
        return document;
    }

    private static void add(Document document, RequestLog log) {
        word(document, REQUEST, log.ids().requestId());
        word(document, TRACE, log.ids().traceId());
        party(document, log.source());
        party(document, log.destination());
        if (!log.source().namespace().equals(log.destination().namespace())) {
            word(document, NAMESPACE, log.source().namespace());
        }
        word(document, NAMESPACE, log.destination().namespace());
        document.add(new IntPoint(CODE, log.outcome().code()));
        log.outcome().flags().forEach(flag -> word(document, FLAG, flag));
        word(document, ERROR, Boolean.toString(log.isError()));
        text(
                document,
                log.request().method(),
                log.request().authority(),
                log.request().path(),
                log.outcome().details(),
                log.outcome().reason(),
                log.way().route(),
                log.way().ruleOrigin(),
                log.way().cluster(),
                log.reporter().node());
    }

    private static void add(Document document, Span span) {
        word(document, KIND, SPAN);
        word(document, REQUEST, span.requestId());
        word(document, TRACE, span.traceId());
        word(document, SERVICE, span.service());
        String first = firstLabel(span.service());
        if (!first.equals(span.service())) {
            word(document, SERVICE, first);
        }
        word(document, NAMESPACE, span.namespace());
        document.add(new IntPoint(CODE, span.code()));
        word(document, ERROR, Boolean.toString(span.isError()));
        text(
                document,
                span.name(),
                span.statusText(),
                String.join(" ", span.attributes().values()));
    }

    private static void party(Document document, Party party) {
        word(document, SERVICE, party.service());
        String first = firstLabel(party.service());
        if (!first.equals(party.service())) {
            word(document, SERVICE, first);
        }
        word(document, WORKLOAD, party.workload());
        word(document, VERSION, party.version());
    }

    /// `reviews` of `reviews.default.svc.cluster.local`.
    private static String firstLabel(String host) {
        int dot = host.indexOf('.');
        return dot < 0 ? host : host.substring(0, dot);
    }

    private static void word(Document document, String field, String word) {
        if (!word.isEmpty()) {
            document.add(new StringField(field, word, Store.NO));
        }
    }

    private static void text(Document document, String... parts) {
        document.add(new TextField(TEXT, words(String.join(" ", parts)), Store.NO));
    }

    /// A text in lower case, with a space for whatever is no letter and no digit.
    static String words(String text) {
        var words = new StringBuilder(text.length());
        text.toLowerCase(Locale.ROOT)
                .codePoints()
                .map(c -> Character.isLetterOrDigit(c) ? c : ' ')
                .forEach(words::appendCodePoint);
        return words.toString();
    }

    static Stream<String> terms(String text) {
        return Stream.of(words(text).strip().split("\\s+", -1)).filter(word -> !word.isEmpty());
    }
}

package dev.heddle.signals.search;

import java.util.OptionalLong;
import java.util.Set;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/// Makes a query of Lucene's of what is looked for.
final class Queries {
    private Queries() {}

    static Query of(Search search) {
        var all = new BooleanQuery.Builder();
        switch (search.kind()) {
            case LOGS -> word(all, Fields.KIND, Fields.LOG);
            case SPANS -> word(all, Fields.KIND, Fields.SPAN);
            case REMEMBERED -> word(all, Fields.KIND, Fields.REMEMBERED);
            case BOTH ->
                    all.add(MatchAllDocsQuery.INSTANCE, Occur.FILTER)
                            .add(
                                    new TermQuery(new Term(Fields.KIND, Fields.REMEMBERED)),
                                    Occur.MUST_NOT);
            case ALL -> all.add(MatchAllDocsQuery.INSTANCE, Occur.FILTER);
        }
        time(all, search.fromMicros(), search.toMicros());
        word(all, Fields.SERVICE, search.service());
        word(all, Fields.WORKLOAD, search.workload());
        word(all, Fields.VERSION, search.version());
        word(all, Fields.FLAG, search.flag());
        word(all, Fields.DUMP, search.dump());
        word(all, Fields.REQUEST, search.requestId());
        word(all, Fields.TRACE, search.traceId());
        word(all, Fields.ERROR, search.onlyErrors() ? "true" : "");
        search.codes()
                .ifPresent(codes ->
                        all.add(
                                IntPoint.newRangeQuery(
                                        Fields.CODE, codes.least(), codes.greatest()),
                                Occur.FILTER));
        text(all, search.text());
        namespaces(all, search.namespaces());
        return all.build();
    }

    private static void time(BooleanQuery.Builder all, OptionalLong from, OptionalLong to) {
        if (from.isPresent() || to.isPresent()) {
            all.add(
                    LongPoint.newRangeQuery(
                            Fields.TIME, from.orElse(0), to.orElse(Long.MAX_VALUE) - 1),
                    Occur.FILTER);
        }
    }

    private static void word(BooleanQuery.Builder all, String field, String word) {
        if (!word.isEmpty()) {
            all.add(new TermQuery(new Term(field, word)), Occur.FILTER);
        }
    }

    private static void text(BooleanQuery.Builder all, String text) {
        for (String part : text.strip().split("\\s+", -1)) {
            boolean isPrefix = part.endsWith("*");
            var words = Fields.terms(part).toList();
            for (int i = 0; i < words.size(); i++) {
                var term = new Term(Fields.TEXT, words.get(i));
                boolean isOpen = isPrefix && i == words.size() - 1;
                all.add(isOpen ? new PrefixQuery(term) : new TermQuery(term), Occur.FILTER);
            }
        }
    }

    private static void namespaces(BooleanQuery.Builder all, @Nullable Set<String> namespaces) {
        if (namespaces != null) {
            all.add(
                    new TermInSetQuery(
                            Fields.NAMESPACE, namespaces.stream().map(BytesRef::new).toList()),
                    Occur.FILTER);
        }
    }
}

package dev.heddle.model.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceNounsTest {
    @ParameterizedTest
    @CsvSource({
        "a.b, a.b, true",
        "A.b, a.B, true",
        "a.b, c.b, false",
        "*, a.b, true",
        "*.b, a.b, true",
        "*.b, b, false",
        "*.b, .b, false",
        "*.b, x.a.b, true",
        "*.b, *.a.b, true",
        "*.a.b, *.b, false",
        "*, *.b, true",
        "*-a.b, x-a.b, true",
        "a.b, *.b, false",
    })
    void aHostCoversWhatItStandsFor(String wide, String narrow, boolean covers) {
        assertThat(new Hostname(wide).covers(new Hostname(narrow))).isEqualTo(covers);
        assertThat(new Hostname(narrow).overlaps(new Hostname(wide)))
                .isEqualTo(covers || new Hostname(narrow).covers(new Hostname(wide)));
    }

    @Test
    void theMostSpecificHostComesFirst() {
        assertThat(
                        Stream.of("*", "*.b", "a.b", "*.a.b", "x.a.b", "c.b")
                                .map(Hostname::new)
                                .sorted()
                                .map(Hostname::name))
                .isEqualTo(List.of("x.a.b", "a.b", "c.b", "*.a.b", "*.b", "*"));
    }

    @ParameterizedTest
    @CsvSource({
        "reviews, reviews.books.svc.cluster.local",
        "reviews.books, reviews.books",
        "*, *",
        "*.x, *.x",
    })
    void shortNamesAreCompleted(String name, String full) {
        assertThat(Hostname.complete(name, "books", "cluster.local")).hasToString(full);
    }

    @ParameterizedTest
    @CsvSource({
        "80, http, '', '', HTTP",
        "80, http-web, '', TCP, HTTP",
        "80, HTTP-web, '', TCP, HTTP",
        "80, grpc-web-x, '', TCP, GRPC_WEB",
        "80, grpc, '', TCP, GRPC",
        "80, http_proxy-x, '', '', HTTP_PROXY",
        "80, '', '', '', UNSET",
        "80, web, '', '', UNSET",
        "80, tcp, http2, '', HTTP2",
        "80, http, kubernetes.io/h2c, '', HTTP2",
        "80, http, kubernetes.io/ws, '', HTTP",
        "443, '', kubernetes.io/wss, '', HTTPS",
        "3306, db, '', '', TCP",
        "3306, http, '', '', HTTP",
        "53, http, '', UDP, UDP",
    })
    void thePortSaysWhatIsSpoken(
            int number, String name, String appProtocol, String transport, AppProtocol expected) {
        assertThat(AppProtocol.of(number, name, appProtocol, transport)).isEqualTo(expected);
    }

    @Test
    void aLocalityIsReadFromTheLargeToTheSmall() {
        assertThat(Locality.parse("eu/a/1")).isEqualTo(new Locality("eu", "a", "1"));
        assertThat(Locality.parse("eu")).isEqualTo(new Locality("eu", "", "")).hasToString("eu");
        assertThat(Locality.parse("")).isEqualTo(Locality.UNKNOWN);
    }
}

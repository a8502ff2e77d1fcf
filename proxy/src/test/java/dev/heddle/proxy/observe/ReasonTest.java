package dev.heddle.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.CodecError;
import dev.heddle.proxy.http.LocalReply;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.telemetry.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Each flag, and each detail that this proxy sets, in words.
class ReasonTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/heddle/proxy");

    /// Where sources say details: the calls, up to their ends.
    private static final Pattern CALLS =
            Pattern.compile(
                    "(?:LocalReply\\s*\\.\\s*(?:of|configured|closing|timeout|late)|new LocalReply"
                            + "|refusal|refuse|unauthorized|redirect|onRequestReset"
                            + "|setResponseDetails|reply)\\(([^;{]*)[;{]");

    private static final Pattern DETAIL =
            Pattern.compile("\"([a-z][a-z0-9]*(?:[_.][a-z0-9_.]+)+)\"");

    private static StreamInfo info() {
        var info = new StreamInfo();
        info.start(0, 0);
        info.setCluster("outbound|80||reviews");
        return info;
    }

    private static @Nullable String reason(StreamInfo info, LocalReply reply) {
        reply.flag().ifPresent(info::flag);
        info.setResponseDetails(reply.details());
        info.setResponseCode(reply.status());
        return Reason.of(info, -1);
    }

    private static String said(String details, StreamInfo info) {
        info.setResponseDetails(details);
        info.setResponseCode(503);
        return String.valueOf(Reason.of(info, -1));
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new UpstreamFailure.NoRoute(), "no route matches the request"),
                Arguments.of(
                        new UpstreamFailure.NoCluster(503),
                        "there is no cluster 'outbound|80||reviews'"),
                Arguments.of(
                        new UpstreamFailure.NoHealthyHost(),
                        "no healthy host: the cluster 'outbound|80||reviews' has none"),
                Arguments.of(
                        new UpstreamFailure.Overflow(),
                        "the cluster 'outbound|80||reviews' takes no more: a limit of its"
                                + " connection pool is reached"),
                Arguments.of(
                        new UpstreamFailure.BreakerOpen(),
                        "the circuit breaker of the cluster 'outbound|80||reviews' is open: it failed or was slow too often"),
                Arguments.of(
                        new UpstreamFailure.ConnectFailed(true, ""),
                        "no connection to the upstream came about in time"),
                Arguments.of(
                        new UpstreamFailure.ConnectFailed(false, "delayed connect error: 111"),
                        "no connection to the upstream came about: delayed connect error: 111"),
                Arguments.of(
                        new UpstreamFailure.ConnectionLost(),
                        "the upstream closed the connection before it answered"),
                Arguments.of(
                        new UpstreamFailure.Reset(false),
                        "the upstream gave the request up before it answered"),
                Arguments.of(new UpstreamFailure.Reset(true), "the upstream refused the request"),
                Arguments.of(
                        new UpstreamFailure.ProtocolError(), "what the upstream sent is no HTTP"),
                Arguments.of(
                        new UpstreamFailure.TryTimeout(false),
                        "the upstream did not answer within the time of one try"),
                Arguments.of(
                        new UpstreamFailure.TryTimeout(true),
                        "nothing came from the upstream for too long"),
                Arguments.of(new UpstreamFailure.Timeout(), "the route's timeout ran out"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureUpstreamIsSaidInWords(UpstreamFailure failure, String sentence) {
        assertThat(reason(info(), LocalReply.to(failure))).isEqualTo(sentence);
    }

    @Test
    void everyFailureUpstreamIsInTheTable() {
        assertThat(
                        failures()
                                .map(it -> String.valueOf(it.get()[0]).replaceAll("\\[.*", ""))
                                .distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(UpstreamFailure.class.getPermittedSubclasses())
                                .map(Class::getSimpleName)
                                .toList());
    }

    @Test
    void whatIsKnownOfTheCircumstancesIsInTheSentence() {
        StreamInfo late = info();
        late.setLimitNanos(Duration.ofSeconds(2).toNanos());
        late.addAttempt();
        assertThat(reason(late, LocalReply.to(new UpstreamFailure.Timeout())))
                .isEqualTo("the route's timeout of 2s ran out after 1 try");
        StreamInfo slow = info();
        slow.setLimitNanos(Duration.ofMillis(250).toNanos());
        slow.setUpstreamHost("10.0.0.1:80");
        slow.addAttempt();
        slow.addAttempt();
        slow.flag(ResponseFlag.URX);
        assertThat(reason(slow, LocalReply.to(new UpstreamFailure.TryTimeout(false))))
                .isEqualTo(
                        "the upstream 10.0.0.1:80 did not answer within 250ms of one try, after"
                                + " 2 tries; no more tries are allowed");
        StreamInfo ejected = info();
        ejected.setCircumstance("all 3 of 'outbound|80||reviews' are ejected");
        assertThat(reason(ejected, LocalReply.to(new UpstreamFailure.NoHealthyHost())))
                .isEqualTo("no healthy host: all 3 of 'outbound|80||reviews' are ejected");
        StreamInfo idle = info();
        idle.setUpstreamHost("10.0.0.1:80");
        idle.setCircumstance("while it was idle and the request was being sent");
        assertThat(reason(idle, LocalReply.to(new UpstreamFailure.ConnectionLost())))
                .isEqualTo(
                        "the upstream 10.0.0.1:80 closed the connection while it was idle and the"
                                + " request was being sent");
        StreamInfo limited = info();
        limited.setCircumstance("the limit 'few' of 'default/web'");
        assertThat(said("local_rate_limited", limited))
                .isEqualTo(
                        "there were more requests than the limit 'few' of 'default/web' lets pass");
        StreamInfo asked = info();
        asked.setCircumstance("outbound|80||authz");
        assertThat(List.of("ext_authz_denied", "ext_authz_error", "ext_authz_invalid"))
                .extracting(details -> said(details, asked))
                .containsExactly(
                        "the external authorization service 'outbound|80||authz' refused",
                        "the external authorization service 'outbound|80||authz' gave no answer",
                        "the external authorization service 'outbound|80||authz' wants a header or"
                                + " a path that is none");
        StreamInfo delayed = info();
        delayed.flag(ResponseFlag.DI);
        assertThat(reason(delayed, LocalReply.to(new UpstreamFailure.NoRoute())))
                .isEqualTo("no route matches the request; a rule for faults had it wait before");
    }

    @Test
    void aRefusalNamesItsPolicy() {
        assertThat(
                        List.of(
                                "rbac_access_denied_matched_policy[ns[default]-policy[deny-all]-rule[0]]",
                                "rbac_access_denied_matched_policy[none]",
                                "rbac_access_denied_matched_policy[own]",
                                "jwt_authn_access_denied{Jwt_is_missing}"))
                .extracting(details -> said(details, info()))
                .containsExactly(
                        "denied by AuthorizationPolicy default/deny-all, rule 0",
                        "denied: no AuthorizationPolicy that allows matches",
                        "denied by the policy 'own'",
                        "the request's token is refused: Jwt is missing");
    }

    @Test
    void whatTheUpstreamItselfAnsweredIsSaid() {
        StreamInfo broken = info();
        broken.setUpstreamHost("10.0.0.1:80");
        broken.setResponseDetails("via_upstream");
        broken.setResponseCode(503);
        assertThat(Reason.of(broken, -1)).isEqualTo("the upstream 10.0.0.1:80 itself answered 503");
        broken.addAttempt();
        broken.addAttempt();
        broken.flag(ResponseFlag.URX);
        assertThat(Reason.of(broken, -1))
                .isEqualTo(
                        "the upstream 10.0.0.1:80 itself answered 503, after 2 tries; no more tries"
                                + " are allowed");
        broken.start(0, 0);
        broken.setUpstreamHost("10.0.0.1:80");
        broken.setResponseDetails("via_upstream");
        broken.setResponseCode(503);
        broken.flag(ResponseFlag.UO);
        assertThat(Reason.of(broken, -1))
                .isEqualTo(
                        "the upstream 10.0.0.1:80 itself answered 503; too many retries are under"
                                + " way for another one");
        broken.start(0, 0);
        broken.setUpstreamHost("10.0.0.1:80");
        broken.setResponseDetails("via_upstream");
        broken.setResponseCode(200);
        assertThat(Reason.of(broken, 14))
                .isEqualTo("the upstream 10.0.0.1:80 itself answered gRPC status 14");
        assertThat(Reason.of(broken, 0)).isNull();
        assertThat(Reason.of(info(), -1)).isNull();
        StreamInfo sent = info();
        sent.setResponseDetails("direct_response");
        sent.setResponseCode(301);
        assertThat(Reason.of(sent, -1)).isNull();
        sent.setResponseCode(404);
        assertThat(Reason.of(sent, -1)).isEqualTo("the route itself says the answer");
    }

    @ParameterizedTest
    @EnumSource
    void everyFlagHasASentenceOfItsOwn(ResponseFlag flag) {
        var sentences = new TreeMap<String, ResponseFlag>();
        for (ResponseFlag each : ResponseFlag.values()) {
            StreamInfo info = info();
            info.flag(each);
            String said = Reason.of(info, -1);
            assertThat(said)
                    .as(each.name())
                    .isNotNull()
                    .contains(" ")
                    .doesNotContain("null", "flags it");
            sentences.putIfAbsent(String.valueOf(said), each);
        }
        assertThat(sentences).containsValue(flag);
    }

    @ParameterizedTest
    @EnumSource
    void everyErrorOfAMessageIsSaidInWords(CodecError error) {
        assertThat(reason(info(), error.reply())).doesNotStartWith(Failure.UNKNOWN).contains(" ");
    }

    /// The sources are looked through, so a detail that somebody adds needs words, too.
    @Test
    void everyDetailThatTheProxySetsHasWords() throws IOException {
        var details = new TreeSet<String>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                String source = Files.readString(file);
                Matcher call = CALLS.matcher(source);
                while (call.find()) {
                    add(call.group(1), details);
                }
                for (String line : source.split("\n", -1)) {
                    if (line.contains("static final String") || line.contains("\"http2.")) {
                        boolean isOfReplies =
                                line.contains("\"http2.")
                                        || line.matches(".*(DETAILS|DENIED|ERROR|INVALID) =.*");
                        if (isOfReplies) {
                            add(line, details);
                        }
                    }
                }
            }
        }
        assertThat(details)
                .contains(
                        "direct_response",
                        "ext_authz_invalid",
                        "fault_filter_abort",
                        "http2.outbound_control_flood",
                        "missing_api_key",
                        "oauth.logged_in",
                        "stream_idle_timeout")
                .hasSizeGreaterThan(50);
        assertThat(
                        details.stream()
                                .filter(it -> !it.equals("via_upstream"))
                                .filter(it -> isUnknown(it) && isUnknown(it + "_for_basic_auth")))
                .isEmpty();
    }

    private static boolean isUnknown(String details) {
        return said(details, info()).startsWith(Failure.UNKNOWN);
    }

    private static void add(String text, Set<String> details) {
        Matcher detail = DETAIL.matcher(text);
        while (detail.find()) {
            details.add(detail.group(1));
        }
    }
}

package dev.heddle.proxy.filter.oauth2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http.UpstreamStream;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.call.OwnRequest;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One request for tokens (RFC 6749, 4.1.3 and 6), and its answer. An answer that is longer than
/// [#MOST_ANSWER_BYTES] is none: no browser keeps tokens of which that could be full.
@Confined("worker")
final class TokenRequest implements OwnRequest.Asker {
    static final int MOST_ANSWER_BYTES = 1 << 16;

    private static final String FORM = "application/x-www-form-urlencoded";
    private static final HeaderName AUTHORIZATION = HeaderName.of("authorization");
    private static final TokenAnswer FAILED =
            new TokenAnswer.None("Failed to get access token due to HTTP request failure", true);

    private final FilterContext context;
    private final OAuth2Config config;
    private final Consumer<TokenAnswer> hears;
    private final String grant;
    private final ByteArrayOutputStream answered = new ByteArrayOutputStream();
    private byte[] body = {};
    private @Nullable OwnRequest request;
    private int status;
    private boolean isOver;

    /// @param grant what is shown for the tokens, as a form
    /// @param hears the answer, once, maybe before [#start] returns, and not after [#cancel]
    private TokenRequest(
            FilterContext context, OAuth2Config config, String grant, Consumer<TokenAnswer> hears) {
        this.context = context;
        this.config = config;
        this.grant = grant;
        this.hears = hears;
    }

    /// For a code.
    ///
    /// @param code as it stands in the query
    /// @param redirect URL to which it was brought
    static TokenRequest ofCode(
            FilterContext context,
            OAuth2Config config,
            String code,
            String redirect,
            String verifier,
            Consumer<TokenAnswer> hears) {
        return new TokenRequest(
                context,
                config,
                "grant_type=authorization_code&code="
                        + code
                        + "&redirect_uri="
                        + WebUrl.encoded(redirect)
                        + "&code_verifier="
                        + verifier,
                hears);
    }

    /// For a refresh token.
    static TokenRequest ofRefresh(
            FilterContext context,
            OAuth2Config config,
            String refresh,
            Consumer<TokenAnswer> hears) {
        return new TokenRequest(
                context,
                config,
                "grant_type=refresh_token&refresh_token=" + WebUrl.encoded(refresh),
                hears);
    }

    /// Asks.
    ///
    /// @param secret of the client; empty where it shows a certificate
    void start(String secret) {
        Cluster cluster = context.clusters().get(config.server().cluster());
        if (cluster == null) {
            hear(new TokenAnswer.None("Token endpoint cluster not found", true));
            return;
        }
        WebUrl url = WebUrl.of(config.server().token()).orElseThrow();
        RequestHead head =
                RequestHead.of(
                        "POST",
                        url.scheme(),
                        url.authority(),
                        url.rest().startsWith("/") ? url.rest() : "/" + url.rest());
        String form =
                switch (config.client().shown()) {
                    case IN_BODY ->
                            grant
                                    + "&client_id="
                                    + WebUrl.encoded(config.client().id())
                                    + "&client_secret="
                                    + WebUrl.encoded(secret);
                    case IN_HEADER -> grant;
                    case BY_CERTIFICATE ->
                            grant + "&client_id=" + WebUrl.encoded(config.client().id());
                };
        body = form.getBytes(ISO_8859_1);
        Headers headers = head.headers();
        headers.add(HeaderName.CONTENT_TYPE, FORM);
        headers.add(HeaderName.CONTENT_LENGTH, Integer.toString(body.length));
        headers.add(HeaderName.ACCEPT, "application/json");
        if (config.client().shown() == OAuth2Config.Shown.IN_HEADER) {
            // As Envoy, and against RFC 6749, 2.3.1, neither part is escaped.
            String pair = config.client().id() + ":" + secret;
            headers.add(
                    AUTHORIZATION,
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(ISO_8859_1)));
        }
        var question = new OwnRequest(context.worker(), context.http2(), cluster, head, this);
        request = question;
        question.limit(config.server().timeout());
        question.start(false);
    }

    /// Gives the request up: nothing more is heard.
    void cancel() {
        isOver = true;
        if (request != null) {
            request.cancel();
        }
    }

    @Override
    public void onStream(UpstreamStream stream) {
        stream.body(context.worker().allocator().buffer(body.length).writeBytes(body));
        if (!isOver) {
            stream.end();
        }
    }

    @Override
    public void onResponse(ResponseHead head) {
        status = head.status();
    }

    @Override
    public void onBody(ByteBuf bytes) {
        int length = bytes.readableBytes();
        boolean isTooLong = length > MOST_ANSWER_BYTES - answered.size();
        if (!isTooLong) {
            byte[] piece = new byte[length];
            bytes.readBytes(piece);
            answered.writeBytes(piece);
        }
        bytes.release();
        if (isTooLong && request != null) {
            request.cancel();
            hear(FAILED);
        }
    }

    @Override
    public void onEnd(@Nullable Headers trailers) {
        hear(
                TokenAnswer.read(
                        status,
                        answered.toString(StandardCharsets.UTF_8),
                        config.tokens().lifetime()));
    }

    @Override
    public void onFailure(UpstreamFailure failure) {
        hear(FAILED);
    }

    private void hear(TokenAnswer answer) {
        if (!isOver) {
            isOver = true;
            hears.accept(answer);
        }
    }
}

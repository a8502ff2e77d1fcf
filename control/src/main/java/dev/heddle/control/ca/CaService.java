package dev.heddle.control.ca;

import dev.heddle.control.ca.Callers.Found;
import dev.heddle.xds.grpc.PeerCertificates;
import dev.heddle.xds.grpc.RawMessages;
import dev.heddle.xds.identity.CertificateCall;
import dev.heddle.xds.secret.PeerCheck;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The call by which certificates are asked for, as Istio's agents make it.
final class CaService {
    private static final Logger LOG = LoggerFactory.getLogger(CaService.class);
    private static final Context.Key<Credentials> CREDENTIALS = Context.key("credentials");
    private static final int LARGEST_MESSAGE = 64 << 10;
    private static final String BEARER = "Bearer ";
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Supplier<CertificateAuthority> authority;
    private final Callers callers;
    private final IssuedCertificates issued;
    private final PeerCheck.Question believed;
    private final Predicate<X509Certificate> isRevoked;
    private final InstantSource clock;

    /// What a call came with. Prints nothing of it.
    private record Credentials(Optional<String> token, Optional<X509Certificate> certificate) {
        @Override
        public String toString() {
            return "Credentials[redacted]";
        }
    }

    /// @param authority as it is now
    /// @param believed whose certificates prove anything
    /// @param isRevoked whether a certificate is, by what is written down this very moment
    CaService(
            Supplier<CertificateAuthority> authority,
            Callers callers,
            IssuedCertificates issued,
            PeerCheck.Question believed,
            Predicate<X509Certificate> isRevoked,
            InstantSource clock) {
        this.authority = authority;
        this.callers = callers;
        this.issued = issued;
        this.believed = believed;
        this.isRevoked = isRevoked;
        this.clock = clock;
    }

    ServerServiceDefinition definition() {
        var method =
                MethodDescriptor.<byte[], byte[]>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName(CertificateCall.METHOD)
                        .setRequestMarshaller(new RawMessages())
                        .setResponseMarshaller(new RawMessages())
                        .build();
        return ServerInterceptors.intercept(
                ServerServiceDefinition.builder(CertificateCall.SERVICE)
                        .addMethod(method, ServerCalls.asyncUnaryCall(this::create))
                        .build(),
                new Credentialed(believed));
    }

    private void create(byte[] message, StreamObserver<byte[]> answer) {
        Optional<CertificateCall.Request> request =
                message.length > LARGEST_MESSAGE
                        ? Optional.empty()
                        : CertificateCall.Request.parse(message);
        if (request.isEmpty()) {
            answer.onError(
                    Status.INVALID_ARGUMENT
                            .withDescription("request: it cannot be read")
                            .asRuntimeException());
            return;
        }
        Credentials with = CREDENTIALS.get();
        switch (callers.find(with.token(), with.certificate(), clock.instant())) {
            case Found.Unknown(String reason) -> {
                LOG.warn("certificate authority: a caller is refused: {}", reason);
                answer.onError(Status.UNAUTHENTICATED.withDescription(reason).asRuntimeException());
            }
            case Found.Known caller -> sign(request.get(), caller, with, answer);
        }
    }

    private void sign(
            CertificateCall.Request request,
            Found.Known caller,
            Credentials with,
            StreamObserver<byte[]> answer) {
        if (isRefused(with, answer)) {
            return;
        }
        Duration asked = Duration.ofSeconds(request.validitySeconds());
        CertificateAuthority by = authority.get();
        switch (by.sign(request.csr(), caller.id(), asked, clock.instant())) {
            case Signing.Malformed(String reason) -> {
                LOG.warn("certificate authority: {} is refused: {}", caller.id(), reason);
                answer.onError(
                        Status.INVALID_ARGUMENT.withDescription(reason).asRuntimeException());
            }
            case Signing.Forbidden(String reason) -> {
                LOG.warn("certificate authority: {} is refused: {}", caller.id(), reason);
                answer.onError(
                        Status.PERMISSION_DENIED.withDescription(reason).asRuntimeException());
            }
            case Signing.Issued made -> {
                boolean isNoted = noted(made, by.issuer().certificate(), caller, with, answer);
                // Who revokes writes it down and looks at what is noted then; so one of the two
                // sees what the other did.
                if (!isNoted || isRefused(with, answer)) {
                    return;
                }
                LOG.info(
                        "certificate authority: {} (by {}) has a certificate until {}, number {}",
                        caller.id(),
                        caller.how(),
                        made.certificate().getNotAfter().toInstant(),
                        made.certificate().getSerialNumber().toString(16));
                answer.onNext(new CertificateCall.Response(Signing.texts(made)).encoded());
                answer.onCompleted();
            }
        }
    }

    /// Refuses who asks by a certificate that was revoked since he connected: he would be given one
    /// that is not.
    private boolean isRefused(Credentials with, StreamObserver<byte[]> answer) {
        boolean isRefused =
                with.token().isEmpty() && with.certificate().filter(isRevoked).isPresent();
        if (isRefused) {
            LOG.warn("certificate authority: a caller is refused: certificate is revoked");
            answer.onError(
                    Status.UNAUTHENTICATED
                            .withDescription("certificate is revoked")
                            .asRuntimeException());
        }
        return isRefused;
    }

    /// What cannot be noted is not given out: a root could be retired that it needs.
    private boolean noted(
            Signing.Issued made,
            X509Certificate by,
            Found.Known caller,
            Credentials with,
            StreamObserver<byte[]> answer) {
        try {
            issued.add(
                    made,
                    by,
                    caller.id().toString(),
                    with.token().isPresent() ? Optional.empty() : with.certificate(),
                    clock.instant());
            return true;
        } catch (IOException e) {
            LOG.error("certificate authority: {} cannot be noted", caller.id(), e);
            answer.onError(
                    Status.UNAVAILABLE
                            .withDescription("the authority cannot write its files")
                            .asRuntimeException());
            return false;
        }
    }

    /// Notes what a call came with.
    private record Credentialed(PeerCheck.Question believed) implements ServerInterceptor {
        @Override
        public <I, O> ServerCall.Listener<I> interceptCall(
                ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
            String said = headers.get(AUTHORIZATION);
            Optional<String> token =
                    Optional.ofNullable(said)
                            .filter(s -> s.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                            .map(s -> s.substring(BEARER.length()).strip());
            var credentials =
                    new Credentials(
                            token, PeerCertificates.of(call, believed).stream().findFirst());
            return Contexts.interceptCall(
                    Context.current().withValue(CREDENTIALS, credentials), call, headers, next);
        }
    }
}

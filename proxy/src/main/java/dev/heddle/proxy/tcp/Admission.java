package dev.heddle.proxy.tcp;

import dev.heddle.proxy.config.ConnectionGuard;
import dev.heddle.proxy.filter.extauthz.ConnectionCheck;
import dev.heddle.proxy.filter.extauthz.ConnectionCheckConfig;
import dev.heddle.proxy.filter.rbac.AccessConfig;
import dev.heddle.proxy.filter.rbac.AccessRules;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Confined;
import org.jspecify.annotations.Nullable;

/// Asks every guard of a service, one after the other, whether a client may connect. Envoy asks
/// when the first byte comes; here nobody who may not connect hears what a server says first.
@Confined("worker")
final class Admission {
    private static final String RULES = "envoy.filters.network.rbac";

    /// Hears one of these, once.
    interface Hearing {
        void onAdmitted();

        /// The client may not connect, and logs are told why.
        void onRefused(@Nullable ResponseFlag flag);
    }

    private final TcpService service;
    private final StreamInfo info;
    private final Hearing hearing;
    private @Nullable ConnectionCheck asked;
    private int next;
    private boolean isOver;

    Admission(TcpService service, StreamInfo info, Hearing hearing) {
        this.service = service;
        this.info = info;
        this.hearing = hearing;
    }

    /// Asks the guards that were not asked yet. What they say may be heard before this returns.
    void ask() {
        while (next < service.guards().size()) {
            ConnectionGuard guard = service.guards().get(next);
            next++;
            switch (guard) {
                case ConnectionGuard.Rules(AccessConfig access) -> {
                    AccessRules.Decision refusal =
                            access.ask(RULES, info, null, service.log().filters());
                    if (refusal != null) {
                        isOver = true;
                        info.setConnectionTermination(refusal.details());
                        hearing.onRefused(null);
                        return;
                    }
                }
                case ConnectionGuard.Service(ConnectionCheckConfig check) -> {
                    var question =
                            new ConnectionCheck(
                                    check,
                                    service.context(),
                                    info,
                                    service.log().filters(),
                                    this::onAnswer);
                    asked = question;
                    question.start();
                    return;
                }
            }
        }
        isOver = true;
        hearing.onAdmitted();
    }

    private void onAnswer(String refusal) {
        asked = null;
        if (isOver) {
            return;
        }
        if (refusal.isEmpty()) {
            ask();
        } else {
            isOver = true;
            info.setResponseDetails(refusal);
            hearing.onRefused(ResponseFlag.UAEX);
        }
    }

    /// Nobody wants to know any more.
    void cancel() {
        isOver = true;
        if (asked != null) {
            asked.cancel();
            asked = null;
        }
    }
}

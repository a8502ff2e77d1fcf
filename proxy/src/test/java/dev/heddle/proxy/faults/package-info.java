/// Attacks and accidents of the fault catalogue at a whole proxy, in virtual time and one thread.
/// [Mesh] checks what must hold in every case; an [Attack] is sent whole, cut at every place, and
/// byte by byte. Where a row is a test elsewhere, it is named with its class.
///
/// | row | test |
/// |---|---|
/// | A01, A02, A04, A05, A06 | `RequestFaultsTest.framing` |
/// | A03 | `RequestFaultsTest.oldClientsHaveNoTransferEncodings` |
/// | A07, A08, A09, A24 | `RequestFaultsTest.chunks`, `headsHaveABound` |
/// | A10, A11, A12, A13, A14 | `RequestFaultsTest.lines` |
/// | A11, every byte in every place | `RequestFaultsTest.noByteThatIsNoTokenIsPartOfAName` |
/// | A15, A16, A18, A22, A23 | `RequestFaultsTest.targets` |
/// | A17 | `RequestFaultsTest.targets`, `ResponseFaultsTest.anAnswerBeforeTheRequestsEnd…` |
/// | A19 | `ResponseFaultsTest.anAnswerBeforeTheRequestsEndEndsTheUpstreamConnection` |
/// | A20 | `RequestFaultsTest.targets`, `connection.FailureTest.aRefusedUpgradeEnds…` |
/// | A21 | `RequestFaultsTest.targets`, `connection.FailureTest.anUpgradeToHttp2InTheClear…` |
/// | A25 | `ResponseFaultsTest.pipelinedRequestsWaitForTheirTurn` |
/// | A26 | `ResponseFaultsTest.whatIsNoAnswerIs502…`, `bytesBehindAnAnswerReachNobody`, |
/// | | `anAnswerToHeadHasNoBodyWhateverItSays` |
/// | A27 | `RequestFaultsTest.headsHaveABound` |
/// | A28 | `RequestFaultsTest.aBodyInManyTinyChunksPasses` |
/// | A29 | `RequestFaultsTest.framingDoesNotDependOnTheLanguageOfTheMachine` |
/// | C15 | `RequestFaultsTest.namesWithUnderscoresAreRefusedWhereThatIsAskedFor` |
/// | C25 | `connection.ProxyHeadersTest`, and against Envoy `EnvoyParityTest` |
/// | D05 | `TlsFaultsTest.aHelloThatSaysItIsHuge…`, `aHelloInPieces…`, `renegotiationIsRefused`; |
/// | | `TlsProxyTest.aHandshakeThatDoesNotEndIsCutOff`, `listener.ClientHelloTest` |
/// | D06, and plain bytes (D01) | `TlsProxyTest.oldVersionsWeakCiphersAndPlainBytesAreRefused` |
/// | D07 | `TlsFaultsTest.aFloodOfHandshakesKeepsNobodyElseOut`, `listener.HandshakesTest` |
/// | D02 | `tls.PeerVerifierTest`, `TlsProxyTest.aClientMustShowACertificateThatIsBelieved` |
/// | D03 | `TlsProxyTest.aHostThatIsNotBelievedIsNotTalkedTo` |
/// | D04 | `TlsProxyTest.sessionsAreResumedByTickets…` |
/// | E01 | `ResponseFaultsTest.aSlowHeadIs408AndGoodClientsGoOn` |
/// | E02 | `ResponseFaultsTest.aSlowBodyIs408AndItsUpstreamRequestEnds` |
/// | E03 | `connection.LoopbackTest.aClientThatDoesNotReadStopsItsUpstream` |
/// | E11, E12 | `OverloadTest`, `overload.OverloadConfigTest` |
/// | E14, E20 | `LoopbackFaultsTest.clientsThatResetTheirConnectionsLeaveNothing` |
/// | E15 | `recording.AccessLogsTest.aFileThatCannotBeOpenedLosesItsLinesAndNothingElse` |
/// | E18 | `connection.FailureTest.moreRequestsThanAllowedAre503`, `aFullPendingQueueIs503…` |
/// | E22 | `ResponseFaultsTest.whatIsNoAnswerIs502AndItsConnectionIsNotUsedAgain` |
/// | F01, F02 | `connection.FailureTest.aRefusedConnectionIs503`, `aConnectionThatIsNotMade…` |
/// | F03 | `ResponseFaultsTest.anAnswerThatIsCutOffIsNoWholeOne` |
/// | F04 | `ResponseFaultsTest.anUpstreamThatSaysNothingIs504` |
/// | F07, F08 | `upstream.balance.PriorityLoadTest.requestsAreDividedAsEnvoyDividesThem` |
/// | F10 | `connection.KeepAliveTest`, `connection.KeepAliveLoadTest` |
/// | F11 | `connection.LoopbackTest.aTcpProxyKeepsPaceAndEndsEachDirectionByItself` |
/// | F12 | `ResponseFaultsTest.aClientMayLeaveAtAnyMoment` |
/// | F16, F17 | `cluster.StrictDnsTest.aNameThatFailsKeepsItsLastAddresses` |
/// | F24 | `upstream.balance.BalancersTest` |
@NullMarked
package dev.heddle.proxy.faults;

import org.jspecify.annotations.NullMarked;

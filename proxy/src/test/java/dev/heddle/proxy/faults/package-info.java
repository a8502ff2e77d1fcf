/// Attacks and accidents of the fault catalogue at a whole proxy, in virtual time and one thread.
/// [Mesh] checks what must hold in every case; an [Attack] is sent whole, cut at every place, and
/// byte by byte. Where a row is a test elsewhere, it is named with its class. Every row of sections
/// A, B, E, F and G is here; where there is no test, it says why. Rows of G are tests of `xds`,
/// `control` and `e2e` too, which are named with their module.
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
/// | B01 | `http2.FloodTest.rapidResetsEndTheConnection`, |
/// | | `connection.Http2FloodTest.requestsThatAreResetAtOnceEndTheConnection` |
/// | B02 | `http2.FloodTest.resetsThatTheClientMakesUsSendCountAsItsOwn`, |
/// | | `connection.Http2FloodTest.requestsThatAreMadeToBeResetEndTheConnection` |
/// | B03 | `http2.FloodTest.continuationsWithoutEndAreCutAtTheHeaderLimit`, |
/// | | `connection.Http2FloodTest.aHeadWithoutEndEndsTheConnection`, `aHeadThatStalls…` |
/// | B04 | `http2.FloodTest.continuationsOfAByteAreCutByNumber` |
/// | B05 | `http2.hpack.HpackTest.anEntryThatIsReferredTo…`, |
/// | | `connection.Http2FloodTest.aHeadThatUnpacksToTooMuchIsRefusedAndForgotten` |
/// | B06 | `Http2FaultsTest.hostHeadersBesideAnAuthorityAreCountedThoughTheyAreLeftOut` |
/// | B07 | `http2.FloodTest.pingsAreCutAtAThousandInASecond`, `answersToAPeerThatDoesNotRead…`, |
/// | | `connection.Http2FloodTest.pingsAndSettingsInMassesEndTheConnection` |
/// | B08 | `http2.FloodTest.manySettingsInOneFrameAreRefused`, |
/// | | `connection.Http2DownstreamTest.aClientThatNeverSettlesIsClosed` |
/// | B09 | `http2.FloodTest.emptyFramesAreCutAfterTheFirst`, |
/// | | `connection.Http2FloodTest.emptyDataEndsTheConnection` |
/// | B10 | `http2.FloodTest.prioritiesAreIgnoredAndCounted` |
/// | B11 | `http2.FloodTest.windowUpdatesThatNoDataCausedAreCounted`, |
/// | | `connection.Http2FloodTest.windowUpdatesWithoutDataEndTheConnection` |
/// | B12 | `http2.H2specTest`, `connection.H2specThroughProxyTest`, |
/// | | `http2.Http2ConnectionTest.dataBeyondTheWindowEndsTheStream` |
/// | B13 | `connection.Http2FloodTest.aClientThatAsksForMuchAndReadsNothingIsGivenUp`, |
/// | | `http2.Http2FuzzTest.whatAPeerCanMakeUsHoldIsItsWindows` |
/// | B14 | `connection.Http2FloodTest.oneStreamTooManyIsRefusedAndTheOthersGoOn`, |
/// | | `http2.Http2ConnectionTest.aClientThatOpensTooManyStreamsIsRefusedAndNotCut` |
/// | B15 | `Http2FaultsTest.trailersAreTheEndOfARequest` |
/// | B16, B17 | `Http2FaultsTest.aHeadThatNoRequestHasGoesNowhere`, |
/// | | `itDoesNotMatterHowTheBytesArrive`, `aBodyMustBeAsLongAsItSays` |
/// | B18 | `Http2FaultsTest.streamsThatAreLeftAreAnswered408` |
/// | B19 | `connection.Http2UpstreamTest.aConnectionThatSaysGoAway…`, `aRefusedStreamIsTried…`, |
/// | | `Http2FaultsTest.aResetBehindAWholeAnswerIsNoFailure` |
/// | B20 | `Http2FaultsTest.anUpstreamThatFloodsIsLeft`, `anUpstreamThatPushesIsLeft` |
/// | B21 | `Http2FaultsTest.whatComesBehindAResetIsDropped` |
/// | B22 | `http2.hpack.HpackTest.aPeerThatOffersAHugeTable…`, `aTableSizeThatGoesDownAndUp…` |
/// | B23 | `Http2FaultsTest.whatIsNeitherProtocolIsClosed`, `anHttp1ListenerDoesNotSpeakHttp2` |
/// | B24 | `http2.Http2ConnectionTest.aWindowThatThePeerMakesNegativeIsObeyed` |
/// | B25 | `http2.FloodTest.unknownFramesAreIgnoredAndCounted` |
/// | B26 | none: 5,000 connections are a measurement, which `heddle bench` makes |
/// | B27 | `connection.GrpcRepliesTest`, `connection.GrpcLoopbackTest`, `ads.GrpcStatusTest` |
/// | B28 | `http2.Http2ConnectionTest.dataWaitsForWindowsAndStreamsTakeTurns`; the latency of a |
/// | | light connection beside a heavy one is a measurement |
/// | C15 | `RequestFaultsTest.namesWithUnderscoresAreRefusedWhereThatIsAskedFor` |
/// | C25 | `connection.ProxyHeadersTest`, and against Envoy `EnvoyParityTest` |
/// | D05 | `TlsFaultsTest.aHelloThatSaysItIsHuge…`, `aHelloInPieces…`, `renegotiationIsRefused`, |
/// | | `aFatalAlertInThePlaceOf…`, `keysThatChangeWithoutEnd…`, `earlyDataIsRefused`; |
/// | | `TlsProxyTest.aHandshakeThatDoesNotEndIsCutOff`, `listener.TlsPeekTest` |
/// | D06, and plain bytes (D01) | `TlsProxyTest.oldVersionsWeakCiphersAndPlainBytesAreRefused` |
/// | D07 | `TlsFaultsTest.aFloodOfHandshakesKeepsNobodyElseOut`, `listener.HandshakesTest` |
/// | D02 | `tls.PeerVerifierTest`, `TlsProxyTest.aClientMustShowACertificateThatIsBelieved` |
/// | D03 | `TlsProxyTest.aHostThatIsNotBelievedIsNotTalkedTo` |
/// | D04 | `TlsProxyTest.sessionsAreResumedByTickets…` |
/// | E01 | `ResponseFaultsTest.aSlowHeadIs408AndGoodClientsGoOn` |
/// | E02 | `ResponseFaultsTest.aSlowBodyIs408AndItsUpstreamRequestEnds` |
/// | E03 | `connection.LoopbackTest.aClientThatDoesNotReadStopsItsUpstream` |
/// | E04 | `OverloadTest.connectionsAreClosedWhereThatIsAskedFor`, |
/// | | `listener.ListenerFlowTest.aLimitedChainTakesSoManyAndLetsTheRestWait` |
/// | E05 | `ProxyFaultsTest.aProxyWithoutDescriptorsServesWhomItHasAndRecovers` |
/// | E06 | none: a range of ports of its own needs a network namespace |
/// | E07, E08, E09 | none: there is no filter that buffers, and no codec that unpacks |
/// | E10 | `http2.Http2FuzzTest`, `ads.MessageReaderTest`; YAML and JSON are read by the control |
/// | | plane, `dev.heddle.model.codec.TextTest` |
/// | E11, E12 | `OverloadTest`, `overload.OverloadConfigTest` |
/// | E13 | none: a call that blocks a loop has to be put in by an agent |
/// | E14, E20 | `LoopbackFaultsTest.clientsThatResetTheirConnectionsLeaveNothing` |
/// | E15 | `recording.AccessLogsTest.aFileThatCannotBeOpenedLosesItsLinesAndNothingElse` |
/// | E16 | `recording.AccessLogsTest.whatClientsMakeUpMakesNoMeters` |
/// | E17 | none: there is no tracing |
/// | E18 | `connection.FailureTest.moreRequestsThanAllowedAre503`, `aFullPendingQueueIs503…`, |
/// | | `connection.RetryTest.noMoreRetriesAreUnderWayThanAllowed` |
/// | E19 | `connection.FlowTest.aTcpProxyClosesWhereItCannotConnectAndWhereNothingHappens` |
/// | E21 | none: requests do not count their hops |
/// | E22 | `ResponseFaultsTest.whatIsNoAnswerIs502AndItsConnectionIsNotUsedAgain` |
/// | E23 | none: there is no rate limit |
/// | E24 | none: what an attack costs is measured, not tested; `http2.Http2FuzzTest` bounds bytes |
/// | F01 | `connection.FailureTest.aRefusedConnectionIs503`, |
/// | | `connection.RetryTest.aRetryGoesToAnotherHost`, golden case `retries` |
/// | F02 | `connection.FailureTest.aConnectionThatIsNotMadeInTimeIs503` |
/// | F03 | `ResponseFaultsTest.anAnswerThatIsCutOffIsNoWholeOne` |
/// | F04 | `ResponseFaultsTest.anUpstreamThatSaysNothingIs504` |
/// | F05 | none: loss, delay and order of packets need a device; bytes are cut everywhere above |
/// | F06, F20 | none: hosts are neither checked nor ejected |
/// | F07, F08 | `upstream.balance.PriorityLoadTest.requestsAreDividedAsEnvoyDividesThem` |
/// | F09 | `connection.RetryTest.aBudgetBoundsRetriesByWhatThereIsToDo` |
/// | F10 | `connection.KeepAliveTest`, `connection.KeepAliveLoadTest` |
/// | F11 | `connection.LoopbackTest.aTcpProxyKeepsPaceAndEndsEachDirectionByItself` |
/// | F12 | `ResponseFaultsTest.aClientMayLeaveAtAnyMoment`, |
/// | | `connection.RetryTest.aClientThatLeavesDuringTheWaitLeavesNothing` |
/// | F13 | `connection.Http2UpstreamTest.aSilentUpstreamIsNoticedByItsKeepalive` |
/// | F14, F15 | none: an interface that goes down needs a network namespace |
/// | F16, F17 | `cluster.StrictDnsTest.aNameThatFailsKeepsItsLastAddresses` |
/// | F18 | none: names are resolved by the operating system |
/// | F19 | `connection.HappyEyeballsTest` |
/// | F21 | `ProxyFaultsTest.anUpstreamThatDoesNotAnswerTheHandshakeIs503InTime`, `TlsProxyTest` |
/// | F22 | `cluster.WorkerClustersTest.hostsThatStayKeepTheirIdentity…`, |
/// | | `upstream.balance.BalancersTest`; under load: `e2e` golden traffic |
/// | F23 | `connection.KeepAliveTest.whatMayHaveBeenDoneIsNotDoneTwice`, |
/// | | `connection.RetryTest.refusedConnectionsAreTriedAgain` |
/// | F24 | `upstream.balance.BalancersTest` |
/// | F25 | `TlsProxyTest.aHostThatIsNotBelievedIsNotTalkedTo` |
/// | G01 | `config.WarmingTest.inAnyOrderOfArrivalWhatRunsIsComplete`: all 120 orders; `xds` |
/// | | `PushOrderTest`, `ConvergenceTest`: ours sends in none of the bad ones |
/// | G02 | `e2e` `SwapsUnderLoadTest`; ten thousand clusters at once: |
/// | | `config.ConfigSubscriberTest.mostOfWhatThereIsStays…` |
/// | G03 | `config.ConfigSubscriberTest.oneBadClusterOfAThousandCostsNoOther`, |
/// | | `AdsTest.aBadResourceIsNackedWithItsName…`; `control` |
/// | | `ControlPlaneTest.aRefusalIsShownWithTheProxysWords` |
/// | G04 | `xds` `XdsClientTest.aResponseThatContradictsItself…`, `aResponseOfAnUnknownType…`, |
/// | | `config.ConfigSubscriberTest.aResourceOfAnotherTypeIsRejectedByName` |
/// | G05 | `xds` `XdsClientTest.aServerThatRepeatsWhatWasRejected…`, |
/// | | `DeltaServerStreamTest.whatWasRejectedIsNotSentAgainUntilItChanges` |
/// | G06 | `xds` `DeltaServerStreamTest`, `SotwServerStreamTest`, `DeltaClientStreamTest`; at |
/// | | random: `ConvergenceTest`, `SotwConvergenceTest` |
/// | G07 | `config.WarmingTest.hostsThatNeverComeAreGivenUp…`, |
/// | | `aListenerWhoseRoutesNeverComeIsOpenedWithoutThem`; secrets: golden case `gateway-tls` |
/// | G08 | `ads.AdsTransportTest.aLargeSnapshotGoesThroughWhole`, `xds` `GrpcLoopbackTest`: |
/// | | 20,000 clusters in one response; times and pauses are measurements |
/// | G09 | `control` `ControlPlaneTest.thousandsOfChangesAreFewPushesAndTheLastOneWins`, |
/// | | `PusherTest.worldsThatComeWhileOneIsCompiledAreSkippedButTheLast` |
/// | G10 | `control` `ConfigDirectoryTest.whatNeverStopsMovingIsTakenAsItIsAfterTwoSeconds` |
/// | G11 | `xds` `DeltaServerStreamTest.oneResponseOfATypeIsOnItsWayAtMost…`, |
/// | | `PushOrderTest.anAnswerThatDoesNotComeHoldsUpOthers…`; a stopped process is given up by |
/// | | gRPC's keep-alive, for which there is no test |
/// | G12 | `control` `MassDeletionTest`, `PusherTest.nobodyIsGivenAnythingBeforeTheFirstWorld`; |
/// | | `config.ConfigSubscriberTest.mostOfWhatThereIsStays…`, `whatComesBackWithinTheMinute…` |
/// | G13 | none: versions of two control planes have no common order (decision 020); it costs |
/// | | nothing: `config.ConfigSubscriberTest.aProxyThatGoesBackAndForth…`; and see G12 |
/// | G14 | `ads.AdsTransportTest.aPushThatIsCutAnywhereIsWholeOrNothing`, `ads.MessageReaderTest` |
/// | G15 | `KeptSnapshotProcessTest.aProxyThatIsKilledAnywhere…`, `config.KeepingTest.halfOf…` |
/// | G16 | `kept.SnapshotKeeperTest`, `config.KeepingTest`, |
/// | | `KeptSnapshotProcessTest.withoutAControlPlaneItServesWhatWasKept…` |
/// | G17 | `xds` `client.LifetimesTest`, `XdsClientTest.aResourceGoesAtTheEndOfItsTime` |
/// | G18 | `e2e` `SwapsUnderLoadTest`, `SecretRotationTest`; `listener.ListenerFlowTest` |
/// | G19 | `control` `BadContentTest`; at the proxy: `config.RejectionsTest` |
/// | G20 | certificates: `e2e` `identity.RefusedCallersTest`, `control` `ca.CallersTest`; xDS itself |
/// |     | is plain text on the loopback interface, and proxies are not authenticated there |
/// | G21 | `compiler` `GatewayStatusConformanceTest`; `e2e` `gatewayapi.GatewayApiConformanceTest` |
/// | G22 | stock Envoy with this control plane: `e2e` `EnvoyParityTest`; unknown fields: |
/// | | `config.RejectionsTest`; an older proxy of ours is not kept to test with |
/// | G23 | `control` `ControlPlaneTest.aChangeThatAProxyRefusesIsTakenBackWithinFiveSeconds` |
/// | G24 | `e2e` `SwapsUnderLoadTest`: what a route adds to a request and to its answer is of |
/// | | one state |
/// | G25 | `KeptSnapshotProcessTest.aConfigurationThatEndsThreeProcesses…`, |
/// | | `kept.SnapshotKeeperTest.afterThreeCrashes…`, `config.KeepingTest.whatThreeProcesses…` |
@NullMarked
package dev.heddle.proxy.faults;

import org.jspecify.annotations.NullMarked;

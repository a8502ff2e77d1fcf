/// Whether services do as well as ServiceLevelObjectives say.
///
/// [Slos] asks again and again how many calls were good ([CallCounts]); what follows from it is
/// decided by [SloStatus#of], which knows no clock. Who wants to know when a budget begins to burn
/// is a [Burning].
@NullMarked
package dev.heddle.control.slo;

import org.jspecify.annotations.NullMarked;

/// Who changed what, kept for those who ask later.
///
/// Start at [dev.heddle.control.audit.AuditTrail].
@NullMarked
package dev.heddle.control.audit;

import org.jspecify.annotations.NullMarked;

using System.Collections.Immutable;
using Harper.Core.Records;

namespace Harper.Core.Transactions;

/// <summary>Changes to rows of one database that become visible together, on every node, or not at all. One change per key (rule 5).</summary>
/// <param name="Stamp">Given by the origin's committer; the version of every change in it.</param>
/// <param name="User">Who wrote it, for the audit log of every node.</param>
public sealed record Transaction(Stamp Stamp, string? User, ImmutableArray<Change> Changes);

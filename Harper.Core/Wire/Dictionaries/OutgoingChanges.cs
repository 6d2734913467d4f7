using System.Collections.Immutable;
using Harper.Core.Identity;
using Harper.Core.Records;
using Harper.Core.Schema;
using Harper.Core.TransactionLog;
using Harper.Core.Transactions;

namespace Harper.Core.Wire.Dictionaries;

/// <summary>Turns transactions of the log into whole messages for one connection, 141 and 132 put before what needs them.</summary>
/// <remarks>Not safe for two threads at once: one per connection and direction. After a FrameError the connection must end.</remarks>
public sealed class OutgoingChanges
{
    /// <param name="self">This node: always origin 0.</param>
    /// <param name="batches">Both sides announced <see cref="WireCapabilities.Batches"/>: several transactions per message, with positions and stubs.</param>
    /// <param name="parts">Both announced <see cref="WireCapabilities.Parts"/>: messages above 1 MiB are cut.</param>
    public OutgoingChanges(NodeName self, bool batches, bool parts) => throw new NotImplementedException();

    /// <summary>The map of origins to send now (after each request, even if nothing is known yet): trap 14.</summary>
    /// <param name="known">Origins to be named in it, departed ones too.</param>
    public byte[] OriginMap(IEnumerable<NodeName> known, ImmutableArray<NodeName> subscribed) => throw new NotImplementedException();

    /// <summary>Appends a transaction. Finished messages go to <paramref name="messages"/>; between ours the open batch waits for <see cref="Flush"/>
    /// or for 64 KiB.</summary>
    /// <param name="position">In-band position towards originals: given when the log is drained, and never below what was sent. Ours always carry the
    /// transaction's own.</param>
    public void Append(LoggedTransaction transaction, DatabaseCatalog catalog, double? position, ICollection<byte[]> messages) =>
        throw new NotImplementedException();

    /// <summary>Appends a row of a copy as one change with its own stamp (rule 22).</summary>
    public void AppendCopied(Change change, Stamp stamp, DatabaseCatalog catalog, ICollection<byte[]> messages) => throw new NotImplementedException();

    /// <summary>Ends the message being filled. Towards originals nothing is ever open, except rows of a copy.</summary>
    public void Flush(ICollection<byte[]> messages) => throw new NotImplementedException();

    /// <summary>A message that holds a position only (end of a copy towards originals).</summary>
    public byte[] PositionOnly(double time, double position) => throw new NotImplementedException();
}

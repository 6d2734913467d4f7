using Harper.Core.Identity;
using Harper.Core.Wire.Control;
using Harper.Core.Wire.Data;

namespace Harper.Core.Wire.Dictionaries;

/// <summary>
/// The receiving half of a connection's dictionaries: give it every 130, 132 and 141 and every data message in order, and it gives
/// transactions in names. Origins are shared instances of the map's names.
/// </summary>
/// <remarks>Not safe for two threads at once.</remarks>
public sealed class IncomingChanges(FrameLimits limits)
{
    private readonly FrameLimits _limits = limits;

    /// <summary>Takes a 130, 132 or 141; false: it is another frame.</summary>
    public bool Learn(ControlFrame frame) => throw new NotImplementedException();

    /// <summary>True when the 141 of this connection has this origin.</summary>
    public bool Knows(NodeName origin) => throw new NotImplementedException();

    /// <summary>
    /// Decodes a data message: none (a part, or a bare position), one (originals) or several transactions (ours). A bare position of an original
    /// comes as a transaction without changes.
    /// </summary>
    /// <exception cref="FrameError">UnknownOrigin, UnknownTable: nothing of the message was taken; ask again on the same socket (rule 19). Else: malformed.</exception>
    public void Read(ReadOnlyMemory<byte> message, ICollection<ReceivedTransaction> into) => throw new NotImplementedException();
}

using Harper.Core.Keys;

namespace Harper.Core.Operations.Writes;

/// <summary>Gives keys to records that came without (R-DAT-05). No two nodes give the same.</summary>
public interface IKeySource
{
    RecordKey Next();
}

using Harper.Actors.Node;

namespace Harper.Actors.Commit;

/// <summary>Bounds of the only writer (architecture 9).</summary>
public sealed record CommitSettings(
    long MaxGroupBytes, int MaxGroupRecords, long MaxWaitingLocalBytes, int MaxTransactionRecords, long MaxTransactionBytes)
{
    public static CommitSettings Create(SettingsSection section) => new(
        section.Bytes("max-group-bytes"), section.Int("max-group-records"), section.Bytes("max-waiting-local-bytes"),
        section.Int("max-transaction-records"), section.Bytes("max-transaction-bytes"));
}

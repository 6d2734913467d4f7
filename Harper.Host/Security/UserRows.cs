using System.Text.Json;
using Harper.Actors.Users;
using Harper.Core.Json;
using Harper.Core.Reading;
using Harper.Core.Values;

namespace Harper.Host.Security;

/// <summary>Users and roles as records. Rows that somebody wrote by hand are read for what they say, and ignored when they say nothing usable.</summary>
internal static class UserRows
{
    private const string Created = "__createdtime__";
    private const string Updated = "__updatedtime__";

    private static readonly ShapeCache Shapes = new();

    public static EncodedRecord Write(UserAccount account, double now) => Build(record =>
    {
        record.SetText("username", account.Username);
        record.SetText("role", account.Role);
        record.SetBoolean("active", account.Active);
        record.SetText("password", account.PasswordHash);
        record.SetText("hash_function", PasswordHasher.AlgorithmOf(account.PasswordHash));
        if (account.RefreshToken is { } token) record.SetText("refresh_token", token);
        record.SetNumber(Created, account.CreatedTime > 0 ? account.CreatedTime : now);
        record.SetNumber(Updated, now);
    });

    public static EncodedRecord Write(UserRole role, double now) => Build(record =>
    {
        record.SetText("id", role.Id);
        record.SetText("role", role.Name);
        var permission = new RecordBuffer();
        JsonValueReader.Read(role.Permission, permission);
        record.Set("permission", permission.EndRecord().Span);
        record.SetNumber(Created, role.CreatedTime > 0 ? role.CreatedTime : now);
        record.SetNumber(Updated, now);
    });

    public static UserAccount? ReadUser(VisibleRecord record)
    {
        var row = RecordJson.Read(record.Record);
        return Text(row, "username") is { } name && Text(row, "role") is { } role
            ? new UserAccount(name, role, Flag(row, "active"), Text(row, "password") ?? "", Number(row, Created), Number(row, Updated))
            {
                RefreshToken = Text(row, "refresh_token"),
            }
            : null;
    }

    public static UserRole? ReadRole(VisibleRecord record)
    {
        var row = RecordJson.Read(record.Record);
        return Text(row, "id") is { } id
            ? new UserRole(id, Text(row, "role") ?? id, row.TryGetProperty("permission", out var permission) ? permission : default, Number(row, Created), Number(row, Updated))
            : null;
    }

    private static EncodedRecord Build(Action<RecordBuilder> fill)
    {
        var builder = new RecordBuilder(Shapes);
        fill(builder);
        return builder.Build();
    }

    private static string? Text(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Flag(JsonElement row, string name) => row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static double Number(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;
}

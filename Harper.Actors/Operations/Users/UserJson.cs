using System.Text.Json;
using Harper.Actors.Users;

namespace Harper.Actors.Operations.Users;

/// <summary>Users and roles as they are shown: never a hash, never a token (R-USR-06).</summary>
internal static class UserJson
{
    public static void Write(Utf8JsonWriter writer, UserAccount account, UserRole? role)
    {
        writer.WriteStartObject();
        writer.WriteString("username", account.Username);
        writer.WriteBoolean("active", account.Active);
        if (role is not null)
        {
            writer.WritePropertyName("role");
            Write(writer, role);
        }
        WriteTimes(writer, account.CreatedTime, account.UpdatedTime);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, UserRole role)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("permission");
        role.Permission.WriteTo(writer);
        writer.WriteString("role", role.Name);
        writer.WriteString("id", role.Id);
        WriteTimes(writer, role.CreatedTime, role.UpdatedTime);
        writer.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter writer, double created, double updated)
    {
        writer.WriteNumber("__updatedtime__", updated);
        writer.WriteNumber("__createdtime__", created);
    }
}

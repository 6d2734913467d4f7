using System.Text.Json;
using Harper.Core.Operations;

namespace Harper.Actors.Operations.Users;

/// <summary>What <c>add_user</c> is given; everything is required. Messages are the original's.</summary>
internal sealed record AddUserArguments(string Username, string Password, string Role, bool Active)
{
    private const int MaxNameLength = 250;
    private const int MaxPasswordLength = 4096;

    public static AddUserArguments Parse(OperationCall call)
    {
        var fields = call.Fields;
        var problems = new List<string>();
        foreach (var name in (ReadOnlySpan<string>)["username", "password", "role", "active"])
            if (!fields.Has(name) || fields.IsNull(name)) problems.Add($"{char.ToUpperInvariant(name[0])}{name[1..]} can't be blank");
        if (problems.Count == 0)
        {
            if (!IsText(fields, "username", MaxNameLength)) problems.Add("Username is invalid");
            if (!IsText(fields, "password", MaxPasswordLength)) problems.Add("Password is invalid");
            if (!IsText(fields, "role", MaxNameLength)) problems.Add("Role is invalid");
            if (Flag(fields, "active") is null) problems.Add("Active must be a boolean");
        }
        if (problems.Count > 0) throw OperationError.Bad(string.Join(',', problems));
        return new AddUserArguments(fields.Text("username")!, fields.Text("password")!, fields.Text("role")!, Flag(fields, "active")!.Value);
    }

    private static bool IsText(OperationFields fields, string name, int longest) =>
        fields.Element(name)!.Value is { ValueKind: JsonValueKind.String } text && !string.IsNullOrWhiteSpace(text.GetString()) && text.GetString()!.Length <= longest;

    private static bool? Flag(OperationFields fields, string name) => new FieldCheck(fields).Flag(name);
}

/// <summary>What <c>alter_user</c> is given: the user and at least one thing to change.</summary>
internal sealed record AlterUserArguments(string Username, string? Password, string? Role, bool? Active)
{
    public static AlterUserArguments Parse(OperationCall call)
    {
        var fields = call.Fields;
        if (string.IsNullOrEmpty(fields.Text("username"))) throw OperationError.Bad("username is required");
        if (!fields.Has("password") && !fields.Has("role") && !fields.Has("active"))
            throw OperationError.Bad("nothing to update, must supply active, role or password to update");
        if (fields.Has("password") && string.IsNullOrWhiteSpace(fields.Text("password")))
            throw OperationError.Bad("password cannot be an empty string");
        if (fields.Has("role") && string.IsNullOrWhiteSpace(fields.Text("role"))) throw OperationError.Bad("If role is specified, it cannot be empty.");
        var check = new FieldCheck(fields);
        var active = check.Flag("active");
        if (fields.Has("active") && active is null) throw OperationError.Bad("active must be true or false");
        return new AlterUserArguments(fields.Text("username")!, fields.Text("password"), fields.Text("role"), active);
    }
}

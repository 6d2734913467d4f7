using Harper.Core.Operations;

namespace Harper.Actors.Operations.Users;

/// <summary>What <c>add_user</c> is given; everything is required.</summary>
internal sealed record AddUserArguments(string Username, string Password, string Role, bool Active)
{
    public static AddUserArguments Parse(OperationCall call)
    {
        var check = new FieldCheck(call.Fields);
        var role = check.Required("role");
        var username = check.Required("username");
        var password = check.Required("password");
        var active = check.Flag("active");
        if (!call.Fields.Has("active")) check.Problem("'active' is required");
        check.Throw();
        return new AddUserArguments(username, password, role, active ?? true);
    }
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
        var check = new FieldCheck(fields);
        var active = check.Flag("active");
        if (fields.Has("active") && active is null) throw OperationError.Bad("active must be true or false");
        return new AlterUserArguments(fields.Text("username")!, fields.Text("password"), fields.Text("role"), active);
    }
}

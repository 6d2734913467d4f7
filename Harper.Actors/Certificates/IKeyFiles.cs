namespace Harper.Actors.Certificates;

/// <summary>The folder <c>keys/</c>: one file per private key, readable by the owner of the process alone (R-SEC-12). Names are file names, never paths.</summary>
public interface IKeyFiles
{
    /// <summary>The text of a file, or null when there is none.</summary>
    string? Read(string name);

    /// <summary>Writes a file so that it is whole or not there, and durable.</summary>
    void Write(string name, string text);

    void Delete(string name);

    /// <summary>The names of all files.</summary>
    IReadOnlyList<string> List();
}

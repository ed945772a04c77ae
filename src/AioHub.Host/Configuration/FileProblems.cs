using AioHub.Core.Primitives;

namespace AioHub.Host.Configuration;

/// <summary>Gathers what is wrong with a file, each with its line, so that it is told at once.</summary>
internal sealed class FileProblems(string file)
{
    /// <summary>A file of the wrong kind altogether need not be answered line by line.</summary>
    private const int Most = 50;

    private readonly List<(int Line, string Message)> _found = [];

    public bool Any => _found.Count > 0;

    public void Add(int line, string message)
    {
        if (_found.Count < Most)
        {
            _found.Add((line, message));
        }
    }

    /// <exception cref="AdminException">There is a problem.</exception>
    public void ThrowIfAny()
    {
        if (Any)
        {
            throw new AdminException(_found.OrderBy(static found => found.Line).Select(found => At(found.Line, found.Message)));
        }
    }

    public Problem At(int line, string message) => new(line > 0 ? $"{file}:{line}" : file, message);
}

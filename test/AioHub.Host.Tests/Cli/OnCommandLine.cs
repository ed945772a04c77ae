using System.Text.Json;
using AioHub.Core.Storage;
using AioHub.Host.Cli;
using AioHub.Host.Home;
using AioHub.Host.Serving;
using AioHub.TestKit;

namespace AioHub.Host.Tests.Cli;

/// <summary>Verbs as an operator types them, on data of their own; each class of tests is derived once for each engine.</summary>
public abstract class OnCommandLine(DatabaseEngine engine) : IAsyncLifetime
{
    private string? _postgres;

    protected TempFolder Folder { get; } = new();

    public async ValueTask InitializeAsync()
    {
        if (engine == DatabaseEngine.Postgres)
        {
            Assert.SkipUnless(PostgresServer.Available, PostgresServer.SkipReason);
            _postgres = await PostgresServer.CreateDatabaseAsync();
        }
    }

    public ValueTask DisposeAsync()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A server in this process on the same data.</summary>
    internal Task<HubServer> ServeAsync() => HubServer.StartAsync(
        new HubSettings { Urls = "http://127.0.0.1:0", Data = Folder["data"], Database = _postgres }, TimeProvider.System, logging: null, TestContext.Current.CancellationToken);

    protected async Task<JsonElement> JsonAsync(params string[] args)
    {
        var (exit, output, error) = await RunAsync([.. args, "--json"]);
        exit.ShouldBe(0, error + output);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    protected async Task<(int Exit, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var exit = await CommandLine.RunAsync([.. args, "--data", Folder["data"], .. _postgres is null ? [] : new[] { "--database", _postgres }], output, error);
        return (exit, output.ToString(), error.ToString());
    }
}

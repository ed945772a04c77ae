using AioHub.Core.Storage;

namespace AioHub.Admin.Tests.Running;

/// <summary>A hub that really serves, for each test its own.</summary>
public abstract class OnManagedHub(DatabaseEngine engine) : IAsyncLifetime
{
    private ManagedHub? _hub;

    protected ManagedHub Hub => _hub!;

    public async ValueTask InitializeAsync() => _hub = await ManagedHub.StartAsync(engine);

    public async ValueTask DisposeAsync()
    {
        if (_hub is not null)
        {
            await _hub.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}

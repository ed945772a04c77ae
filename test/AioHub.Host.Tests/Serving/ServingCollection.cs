namespace AioHub.Host.Tests.Serving;

/// <summary>Tests that start processes and load them run one after the other: small machines have two cores.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ServingCollection
{
    public const string Name = "serving";
}

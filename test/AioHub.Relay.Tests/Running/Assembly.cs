using AioHub.Relay.Tests.Running;

[assembly: AssemblyFixture(typeof(SharedHub))]
[assembly: AssemblyFixture(typeof(BeatingHub))]

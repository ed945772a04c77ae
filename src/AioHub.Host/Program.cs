using AioHub.Host.Cli;
using AioHub.Host.Serving;

// First of all: the switches below are read once, when the runtime opens its first socket.
RuntimeSwitches.Set();
return await CommandLine.RunAsync(args);

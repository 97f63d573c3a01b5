import { type Person, personRoutes, type Principal } from '@flux-context/contracts';
import { Controller } from '@nestjs/common';
import { Transactions } from '../database/index.js';
import { Caller, Door, Input, type InputOf } from '../http/index.js';
import { SeatService } from './seat.service.js';

@Controller()
export class PeopleController {
  constructor(
    private readonly seats: SeatService,
    private readonly transactions: Transactions,
  ) {}

  @Door(personRoutes.list)
  list(): Promise<object> {
    return this.seats.list();
  }

  @Door(personRoutes.create)
  create(@Caller() caller: Principal, @Input() { body }: InputOf<typeof personRoutes.create>): Promise<Person> {
    return this.seats.create(caller, body);
  }

  @Door(personRoutes.change)
  change(@Caller() caller: Principal, @Input() { params, body }: InputOf<typeof personRoutes.change>): Promise<Person> {
    return this.seats.change(caller, params.personId, body);
  }

  @Door(personRoutes.deactivate)
  deactivate(@Caller() caller: Principal, @Input() { params }: InputOf<typeof personRoutes.deactivate>): Promise<Person> {
    return this.transactions.run((tx) => this.seats.deactivate(tx, caller, params.personId));
  }

  @Door(personRoutes.erase)
  erase(@Caller() caller: Principal, @Input() { params }: InputOf<typeof personRoutes.erase>): Promise<Person> {
    return this.seats.erase(caller, params.personId);
  }
}
